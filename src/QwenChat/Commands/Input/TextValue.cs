using System.Collections;
using System.Management.Automation;
using QwenChat.Text;

namespace QwenChat.Commands.Input;

/// <summary>Reads text, a scalar, or an object with an unambiguous text form. PowerShell would convert any other object to its type name.</summary>
internal static class TextValue
{
    /// <summary>Returns the text of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isPath">Whether a file object is converted to its path.</param>
    /// <returns>The text; null for null.</returns>
    /// <exception cref="QwenException">The value is not text; the error message explains how to convert it.</exception>
    public static string? Read(object? value, bool isPath = false) => Refusal(value, isPath) is { } message
        ? throw new QwenException(QwenErrorKind.InvalidRequest, message)
        : ScalarValue.Plain(value) is { } plain && plain is not DBNull ? ScalarValue.Of(plain)?.Text ?? plain.ToString() : null;

    /// <summary>Returns the reason that a value is not text; null for text.</summary>
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
                $"'{file.FullName}' is a file, but text is expected. Specify its text (Get-Content {SingleQuoted.Path(file.FullName)} -Raw), "
                + $"or pipe the file to a message: Get-Item {SingleQuoted.Path(file.FullName)} | Send-QwenMessage '…'.",
            byte[] => "Bytes are not text. Decode them with, for example, [Text.Encoding]::UTF8.GetString($bytes).",
            System.Security.SecureString or PSCredential =>
                "A secret is not accepted as text. To convert a SecureString, use ConvertFrom-SecureString -AsPlainText.",
            _ when ScalarValue.Of(plain) is not null => null,
            QwenReply or QwenReplyDelta or QwenItem or QwenTurn or QwenSearchHit or QwenModel or ErrorRecord or InformationalRecord or InformationRecord =>
                null,
            IDictionary or PSObject => $"A {(plain is PSObject ? "custom object" : type)} is not text. {Alternatives}",
            // The text form of a Select-String result is path:line:text.
            _ when plain!.GetType().FullName is "Microsoft.PowerShell.Commands.MatchInfo" or "System.Management.Automation.SemanticVersion" => null,
            _ => $"An object of type {type} is not text. {Alternatives}",
        };
    }

    private const string Alternatives =
        "Convert it (ConvertTo-Json -Compress), specify one of its properties, or pipe it to a message: … | Send-QwenMessage '…'.";
}
