using System.Text;

namespace QwenChat.Text;

/// <summary>Writes text as a PowerShell string in single quotes, for commands that a message suggests.</summary>
internal static class SingleQuoted
{
    /// <summary>The characters that PowerShell reads as single quotes.</summary>
    private const string Quotes = "'‘’‚‛";

    /// <summary>Returns the text in single quotes. Quotes in the text are doubled.</summary>
    public static string Of(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('\'');
        foreach (char c in text)
            quoted.Append(c, Quotes.Contains(c, StringComparison.Ordinal) ? 2 : 1);
        return quoted.Append('\'').ToString();
    }

    /// <summary>Returns a path as an argument of commands such as Get-Item. A path with wildcard characters follows -LiteralPath.</summary>
    public static string Path(string path) => path.AsSpan().IndexOfAny("*?[]`") < 0 ? Of(path) : "-LiteralPath " + Of(path);

    /// <summary>Returns the text without quotes if PowerShell reads it as one argument, such as a model name or a plain URL.</summary>
    public static string Argument(string text) =>
        text.Length > 0 && text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || "-._/:".Contains(c, StringComparison.Ordinal)) ? text : Of(text);
}
