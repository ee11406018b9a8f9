using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Detects deserialized objects of this module (from a job or CliXml). They are snapshots that cannot be sent.</summary>
internal static class DeserializedObject
{
    private const string Prefix = "Deserialized.QwenChat.";

    public static void Refuse(object? value)
    {
        if (Describe(value) is { } message)
            throw new QwenException(QwenErrorKind.InvalidRequest, message);
    }

    public static bool Is(PSObject shell, Type type) => shell.TypeNames.Contains("Deserialized." + type.FullName);

    /// <summary>Returns the error message for a deserialized object; null for any other object.</summary>
    public static string? Describe(object? value)
    {
        var shell = value as PSObject;
        string? type = shell?.TypeNames.FirstOrDefault(name => name.StartsWith(Prefix, StringComparison.Ordinal))?[Prefix.Length..];
        return type is null ? null
            : $"This {type} comes from another process or from a file (Start-Job, Import-Clixml). It contains only a copy of the properties, and cannot be "
                + "used here. "
            + (shell!.Properties["Text"] is null ? "" : "To send its text, use its Text property. ")
            + "To continue a conversation, transfer it in a file (Export-QwenConversation, Import-QwenConversation) or in a store (New-QwenConversation "
            + "-Store, Get-QwenConversation -Store).";
    }
}
