using System.Collections;
using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>
/// Reads a value as text where text is expected. PowerShell would take any object for it and make it its type's name; here only what is text, a
/// scalar, or an object that stands for a text is.
/// </summary>
internal static class TextValue
{
    /// <summary>The text of a value.</summary>
    /// <param name="value">What was given.</param>
    /// <param name="isPath">Whether a file is meant by its path.</param>
    /// <returns>Null for null.</returns>
    /// <exception cref="QwenException">It is no text; the message says how to make one of it.</exception>
    public static string? Read(object? value, bool isPath = false) => Refusal(value, isPath) is { } message
        ? throw new QwenException(QwenErrorKind.InvalidRequest, message)
        : ScalarValue.Plain(value) is { } plain && plain is not DBNull ? ScalarValue.Of(plain)?.Text ?? plain.ToString() : null;

    /// <summary>Why a value is no text; null for what is.</summary>
    public static string? Refusal(object? value, bool isPath = false)
    {
        if (DeserializedObject.Describe(value) is { } message)
            return message;
        object? plain = ScalarValue.Plain(value);
        string type = plain?.GetType().Name ?? "";
        return plain switch
        {
            string => null,
            FileSystemInfo file when !isPath =>
                $"'{file.FullName}' is a file, and text is expected. Give its text (Get-Content '{file.Name}' -Raw), or pipe the file along with a message: "
                + $"Get-Item '{file.Name}' | Send-QwenMessage '…'.",
            byte[] => "Bytes are no text. Decode them: [Text.Encoding]::UTF8.GetString($bytes).",
            System.Security.SecureString or PSCredential =>
                "A secret is not taken as text. Where it is meant, ConvertFrom-SecureString -AsPlainText makes one of it.",
            _ when ScalarValue.Of(plain) is not null => null,
            QwenReply or QwenReplyDelta or QwenItem or QwenTurn or QwenSearchHit or QwenModel or ErrorRecord or InformationalRecord or InformationRecord =>
                null,
            IDictionary or PSObject => $"A {(plain is PSObject ? "custom object" : type)} is no text. {WayOut}",
            // What Select-String found reads as path:line:text.
            _ when plain!.GetType().FullName is "Microsoft.PowerShell.Commands.MatchInfo" or "System.Management.Automation.SemanticVersion" => null,
            _ => $"An object of type {type} is no text. {WayOut}",
        };
    }

    private const string WayOut =
        "Make it text (ConvertTo-Json -Compress), name the property that is meant, or pipe it along with a message: … | Send-QwenMessage '…'.";
}
