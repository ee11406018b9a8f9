using System.Management.Automation;

namespace QwenChat.Commands.Terminal;

/// <summary>Reads the user's text styles from <c>$PSStyle</c>.</summary>
internal static class HostStyle
{
    /// <summary>Returns the user's styles; none if <c>OutputRendering</c> is PlainText (set by <c>NO_COLOR</c>), or if the host supports no styles.</summary>
    public static TerminalStyle Of(PSCmdlet cmdlet)
    {
        if (cmdlet.GetVariableValue("PSStyle") is not { } style || !cmdlet.Host.UI.SupportsVirtualTerminal
            || Text(style, "OutputRendering") == "PlainText")
        {
            return TerminalStyle.Plain;
        }
        object? foreground = Value(style, "Foreground");
        object? formatting = Value(style, "Formatting");
        string faint = Text(foreground, "BrightBlack");
        return new TerminalStyle
        {
            Faint = faint,
            Bold = Pair(style, "Bold"),
            Italic = Pair(style, "Italic"),
            Strikethrough = Pair(style, "Strikethrough"),
            Underline = Pair(style, "Underline"),
            Heading = Text(formatting, "TableHeader"),
            Code = (Text(foreground, "Cyan"), DefaultForeground),
            Error = Text(formatting, "Error"),
            CodeParts = s_codeParts.ToDictionary(part => part.Key, part => Text(foreground, part.Value)),
            Reset = Text(style, "Reset"),
        };
    }

    // $PSStyle has no sequence that resets only the color (ECMA-48, SGR 39).
    private const string DefaultForeground = "\x1b[39m";

    private static readonly Dictionary<string, string> s_codeParts = new()
    {
        ["c"] = "BrightBlack", ["s"] = "Green", ["n"] = "Magenta", ["k"] = "Blue", ["v"] = "Cyan", ["t"] = "BrightCyan", ["f"] = "Yellow", ["p"] = "BrightBlue",
            ["d"] = "Red",
    };

    private static (string On, string Off) Pair(object style, string name) => (Text(style, name), Text(style, name + "Off"));

    // $PSStyle is newer than the reference assemblies that this module is compiled with.
    private static object? Value(object? owner, string name) => owner is null ? null : PSObject.AsPSObject(owner).Properties[name]?.Value;

    private static string Text(object? owner, string name) => Value(owner, name)?.ToString() ?? "";
}
