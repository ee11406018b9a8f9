using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Reads from <c>$PSStyle</c> how the user wants text decorated.</summary>
internal static class HostStyle
{
    /// <summary>The sequences to use; none where <c>OutputRendering</c> says plain text (<c>NO_COLOR</c> makes it say so) or the host knows none.</summary>
    public static TerminalStyle Of(PSCmdlet cmdlet)
    {
        if (cmdlet.GetVariableValue("PSStyle") is not { } style || !cmdlet.Host.UI.SupportsVirtualTerminal
            || Text(style, "OutputRendering") == "PlainText")
        {
            return TerminalStyle.Plain;
        }
        object? foreground = Value(style, "Foreground");
        return new TerminalStyle
        {
            Faint = Text(foreground, "BrightBlack"),
            Reset = Text(style, "Reset"),
        };
    }

    // $PSStyle is younger than the reference assemblies that the module is built against.
    private static object? Value(object? owner, string name) => owner is null ? null : PSObject.AsPSObject(owner).Properties[name]?.Value;

    private static string Text(object? owner, string name) => Value(owner, name)?.ToString() ?? "";
}
