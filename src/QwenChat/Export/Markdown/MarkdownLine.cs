using System.Globalization;
using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>Detects which blocks begin on a line of Markdown. Only the line itself is examined.</summary>
internal static class MarkdownLine
{
    public static bool IsBlank(string line) => string.IsNullOrWhiteSpace(line);

    public static int Indent(string line)
    {
        int indent = line.AsSpan().IndexOfAnyExcept(' ');
        return indent < 0 ? line.Length : indent;
    }

    /// <summary>Removes up to the specified number of leading spaces from a line.</summary>
    public static string Outdent(string line, int blanks) => line[Math.Min(blanks, Indent(line))..];

    /// <summary>Returns whether the line begins with a code fence: three or more backticks or tildes.</summary>
    public static bool IsFence(string line, out char mark, out int length, out string info)
    {
        int indent = Indent(line);
        (mark, length, info) = ('\0', 0, "");
        if (indent > 3 || indent == line.Length || line[indent] is not ('`' or '~'))
            return false;
        mark = line[indent];
        var rest = line.AsSpan(indent);
        length = rest.IndexOfAnyExcept(mark);
        length = length < 0 ? rest.Length : length;
        info = rest[length..].Trim().ToString();
        return length >= 3 && !(mark == '`' && info.Contains('`', StringComparison.Ordinal));
    }

    /// <summary>Returns whether the line closes a code block whose opening fence has the specified character and length.</summary>
    public static bool IsFenceEnd(string line, char mark, int length) =>
        IsFence(line, out char thisMark, out int thisLength, out string info) && thisMark == mark && thisLength >= length && info.Length == 0;

    /// <summary>Returns the heading level, from 1 to 6; 0 if the line is not a heading.</summary>
    public static int HeadingLevel(string line)
    {
        var rest = line.AsSpan().TrimStart(' ');
        int level = rest.IndexOfAnyExcept('#');
        level = level < 0 ? rest.Length : level;
        return line.Length - rest.Length <= 3 && level is >= 1 and <= 6 && (level == rest.Length || rest[level] is ' ' or '\t') ? level : 0;
    }

    /// <summary>Returns the text of a heading, without the <c>#</c> characters at its beginning and end.</summary>
    public static string HeadingText(string line)
    {
        var text = line.AsSpan().TrimStart('#').Trim(" \t");
        var open = text.TrimEnd('#');
        return (open.IsEmpty || open[^1] is ' ' or '\t' ? open.TrimEnd(" \t") : text).ToString();
    }

    /// <summary>Returns whether the line is a thematic break: three or more <c>-</c>, <c>*</c> or <c>_</c>, all the same, with or without spaces.</summary>
    public static bool IsRule(string line)
    {
        var rest = line.AsSpan().Trim();
        if (Indent(line) > 3 || rest.Length < 3 || rest[0] is not ('-' or '*' or '_'))
            return false;
        return rest.IndexOfAnyExcept(rest[0], ' ', '\t') < 0 && rest.Count(rest[0]) >= 3;
    }

    /// <summary>
    /// Returns the heading level if the line underlines a heading: 1 for a line of <c>=</c>, 2 for a line of <c>-</c>. Returns 0 for any other line.
    /// </summary>
    public static int UnderlineLevel(string line)
    {
        var rest = line.AsSpan().Trim();
        return Indent(line) > 3 || rest.IsEmpty || rest[0] is not ('=' or '-') || rest.IndexOfAnyExcept(rest[0]) >= 0 ? 0 : rest[0] == '=' ? 1 : 2;
    }

    /// <summary>Returns the length of the list item marker at the beginning; 0 if the line begins with no marker.</summary>
    /// <param name="line">The line, without leading white space.</param>
    /// <param name="mark">The character that distinguishes lists: the bullet, or the character after the number.</param>
    /// <param name="number">The number; null for a bullet.</param>
    public static int MarkerLength(ReadOnlySpan<char> line, out char mark, out int? number)
    {
        (mark, number) = ('\0', null);
        int digits = line[..Math.Min(10, line.Length)].IndexOfAnyExceptInRange('0', '9');
        if (digits is > 0 and < 10 && line[digits] is '.' or ')')
            number = int.Parse(line[..digits], CultureInfo.InvariantCulture);
        else if (digits == 0 && line[0] is '-' or '*' or '+')
            digits = 0;
        else
            return 0;
        mark = line[digits];
        return digits + 1 == line.Length || line[digits + 1] is ' ' or '\t' ? digits + 1 : 0;
    }

    /// <summary>Returns whether the line begins a list item.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">The item's number; null for a bullet.</param>
    /// <param name="width">The position of the item's text in the line.</param>
    public static bool IsItem(string line, out int? number, out int width)
    {
        (number, width) = (null, 0);
        int at = Indent(line);
        int length = at > 3 || at == line.Length || IsRule(line) ? 0 : MarkerLength(line.AsSpan(at), out _, out number);
        int blanks = Indent(line[(at + length)..]);
        width = at + length + (at + length + blanks == line.Length || blanks > 4 ? 1 : blanks);
        return length > 0;
    }

    public static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        string row = line.Trim();
        for (int i = row.StartsWith('|') ? 1 : 0; i < row.Length; i++)
        {
            if (row[i] == '\\' && i + 1 < row.Length && row[i + 1] == '|')
            {
                cell.Append('|');
                i++;
            }
            else if (row[i] == '|')
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(row[i]);
            }
        }
        if (cell.Length > 0 || !row.EndsWith('|'))
            cells.Add(cell.ToString().Trim());
        return cells;
    }

    /// <summary>Returns the alignment of each column if the line is the delimiter row of a table; otherwise null.</summary>
    public static List<string>? Columns(string line)
    {
        if (line.AsSpan().IndexOfAnyExcept("|:- ") >= 0 || !line.Contains('|', StringComparison.Ordinal) || !line.Contains('-', StringComparison.Ordinal))
            return null;
        var columns = Cells(line);
        return columns.TrueForAll(cell => cell.Trim(':') is { Length: > 0 } dashes && dashes.AsSpan().IndexOfAnyExcept('-') < 0)
            ? columns.ConvertAll(cell => (cell.StartsWith(':'), cell.EndsWith(':')) switch { (true, true) => "center", (false, true) => "right", _ => "" })
            : null;
    }
}
