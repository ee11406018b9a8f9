using QwenChat.Export.Markdown;

namespace QwenChat.Commands.Terminal;

/// <summary>Determines the kind of a Markdown line, as early as its first characters allow.</summary>
internal static class LineBeginning
{
    /// <summary>Returns true if the available characters do not yet determine the kind of the line.</summary>
    public static bool IsOpen(ReadOnlySpan<char> line)
    {
        line = line.TrimStart(' ');
        if (line.IsEmpty)
            return true;
        char first = line[0];
        switch (first)
        {
            case '#':
                return line.Length <= 6 && line.IndexOfAnyExcept('#') < 0;
            case '>':
                return IsOpen(WithoutQuote(line));
            case '-' or '*' or '+':
                return line.IndexOfAnyExcept(first, ' ') < 0 || line.IndexOfAnyExcept("|:- ") < 0 || line[1] == ' ' && IsOpenItem(line[1..].TrimStart(' '));
            case '_' or '=':
                return line.IndexOfAnyExcept(first, ' ') < 0;
            case ':':
                return line.IndexOfAnyExcept("|:- ") < 0;
            case '|':
                return true;
            case '[':
                return IsOpenDefinition(line);
            case '`' or '~':
                int run = line.IndexOfAnyExcept(first);
                return run < 0 || run >= 3 && !(first == '`' && line[run..].Contains('`'));
            case >= '0' and <= '9':
                return IsOpenNumber(line);
            default:
                return false;
        }
    }

    /// <summary>Returns a line without its quote marker and the space after it.</summary>
    public static ReadOnlySpan<char> WithoutQuote(ReadOnlySpan<char> line) => line.Length > 1 && line[1] == ' ' ? line[2..] : line[1..];

    /// <param name="line">The line, without quote markers.</param>
    /// <param name="isWhole">Whether the line is complete.</param>
    /// <param name="afterText">Whether the previous line is text that this line may continue.</param>
    /// <param name="references">Receives the definition if the line is a link definition.</param>
    public static LineKind KindOf(string line, bool isWhole, bool afterText, LinkReferences references)
    {
        if (isWhole)
        {
            if (MarkdownLine.IsBlank(line))
                return LineKind.Blank;
            if (MarkdownLine.IsFence(line, out _, out _, out _))
                return LineKind.Fence;
            // The previous line has already been displayed as text. The underline of a heading, or the delimiter row of a table, is therefore shown as a
            // rule.
            if (MarkdownLine.IsRule(line)
                || afterText && (MarkdownLine.UnderlineLevel(line) > 0 || line is not ['|', ..] && MarkdownLine.Columns(line) is not null))
                return LineKind.Rule;
            if (line is ['|', ..])
                return LineKind.Table;
            if (!afterText && line is ['[', ..] && references.Take(line, 0) > 0)
                return LineKind.Definition;
        }
        return MarkdownLine.HeadingLevel(line) > 0 ? LineKind.Heading : MarkdownLine.IsItem(line, out _, out _) ? LineKind.Item : LineKind.Text;
    }

    private static bool IsOpenItem(ReadOnlySpan<char> text) => IsOpenTask(text) || text[0] != '[' && IsOpen(text);

    private static bool IsOpenTask(ReadOnlySpan<char> text) =>
        text.Length < 5 && text[0] == '[' && (text.Length < 2 || text[1] is ' ' or 'x' or 'X') && (text.Length < 3 || text[2] == ']')
        && (text.Length < 4 || text[3] == ' ');

    private static bool IsOpenDefinition(ReadOnlySpan<char> line)
    {
        int close = line.IndexOf(']');
        return close < 0 ? line[1..].IndexOf('[') < 0 : close + 1 == line.Length || line[close + 1] == ':';
    }

    private static bool IsOpenNumber(ReadOnlySpan<char> line)
    {
        int digits = line.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            return line.Length < 10;
        if (digits >= 10 || line[digits] is not ('.' or ')'))
            return false;
        var text = line[(digits + 1)..].TrimStart(' ');
        return text.IsEmpty || line[digits + 1] == ' ' && IsOpenItem(text);
    }
}
