using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Recognises QwenChat's own objects that came out of another process (a job, CliXml): pictures of them, which cannot be sent on.</summary>
internal static class DeserializedObject
{
    private const string Prefix = "Deserialized.QwenChat.";

    /// <summary>Refuses such an object.</summary>
    /// <exception cref="QwenException">It is one.</exception>
    public static void Refuse(object? value)
    {
        if (Describe(value) is { } message)
            throw new QwenException(QwenErrorKind.InvalidRequest, message);
    }

    /// <summary>Whether an object is the picture of one of a type.</summary>
    public static bool Is(PSObject shell, Type type) => shell.TypeNames.Contains("Deserialized." + type.FullName);

    /// <summary>Why such an object is refused, and the way out; null for all else.</summary>
    public static string? Describe(object? value)
    {
        string? type = (value as PSObject)?.TypeNames.FirstOrDefault(name => name.StartsWith(Prefix, StringComparison.Ordinal))?[Prefix.Length..];
        return type is null ? null
            : $"This {type} came out of another process (Start-Job, Import-Clixml), as a picture of itself that cannot be sent on. Send its Text if that is "
            + "meant; "
            + "to go on with a conversation, hand it over as a file (Export-QwenConversation, Import-QwenConversation) or in a store (New-QwenConversation "
            + "-Store, Get-QwenConversation -Store).";
    }
}
