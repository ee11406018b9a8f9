namespace QwenChat.Export;

/// <summary>What a line of Markdown begins. Looks at the line alone.</summary>
internal static class MarkdownLine
{
    public static bool IsBlank(string line) => string.IsNullOrWhiteSpace(line);

    public static int Indent(string line)
    {
        int indent = line.AsSpan().IndexOfAnyExcept(' ');
        return indent < 0 ? line.Length : indent;
    }

    /// <summary>The line without so many blanks, or as many as it has.</summary>
    public static string Outdent(string line, int blanks) => line[Math.Min(blanks, Indent(line))..];

    /// <summary>True for three or more backticks or tildes: the beginning of code.</summary>
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

    /// <summary>True for the end of code that began with a fence of this kind.</summary>
    public static bool IsFenceEnd(string line, char mark, int length) =>
        IsFence(line, out char thisMark, out int thisLength, out string info) && thisMark == mark && thisLength >= length && info.Length == 0;

    /// <summary>1 to 6 for a heading, else 0.</summary>
    public static int HeadingLevel(string line)
    {
        var rest = line.AsSpan().TrimStart(' ');
        int level = rest.IndexOfAnyExcept('#');
        level = level < 0 ? rest.Length : level;
        return line.Length - rest.Length <= 3 && level is >= 1 and <= 6 && (level == rest.Length || rest[level] == ' ') ? level : 0;
    }

    public static bool IsQuote(string line) => Indent(line) is <= 3 and var indent && indent < line.Length && line[indent] == '>';

    /// <summary>True for three or more of <c>-</c>, <c>*</c> or <c>_</c> and nothing else.</summary>
    public static bool IsRule(string line)
    {
        var rest = line.AsSpan().Trim();
        if (Indent(line) > 3 || rest.Length < 3 || rest[0] is not ('-' or '*' or '_'))
            return false;
        return rest.IndexOfAnyExcept(rest[0], ' ') < 0 && rest.Count(rest[0]) >= 3;
    }

    /// <summary>1 for a line of <c>=</c>, 2 for one of <c>-</c>: what stands above is a heading.</summary>
    public static int UnderlineLevel(string line)
    {
        var rest = line.AsSpan().Trim();
        return Indent(line) > 3 || rest.IsEmpty || rest[0] is not ('=' or '-') || rest.IndexOfAnyExcept(rest[0]) >= 0 ? 0 : rest[0] == '=' ? 1 : 2;
    }

    /// <summary>True for an item of a list.</summary>
    /// <param name="line">The line.</param>
    /// <param name="mark">What tells its list from another: the bullet, or what stands behind the number.</param>
    /// <param name="start">The number; null for a bullet.</param>
    /// <param name="width">Where the item's text begins.</param>
    public static bool IsItem(string line, out char mark, out int? start, out int width)
    {
        (mark, start, width) = ('\0', null, 0);
        int at = Indent(line);
        if (at > 3 || at == line.Length || IsRule(line))
            return false;
        int digits = line.AsSpan(at, Math.Min(10, line.Length - at)).IndexOfAnyExceptInRange('0', '9');
        if (digits is > 0 and < 10 && line[at + digits] is '.' or ')')
        {
            start = int.Parse(line.AsSpan(at, digits), System.Globalization.CultureInfo.InvariantCulture);
            at += digits;
        }
        else if (line[at] is not ('-' or '*' or '+'))
        {
            return false;
        }
        mark = line[at++];
        int blanks = Indent(line[at..]);
        if (blanks == 0 && at < line.Length)
            return false;
        width = at + (at + blanks == line.Length || blanks > 4 ? 1 : blanks);
        return true;
    }

    /// <summary>True for anything that ends a paragraph above it.</summary>
    public static bool BeginsBlock(string line) => HeadingLevel(line) > 0 || IsQuote(line) || IsRule(line) || IsFence(line, out _, out _, out _)
        || IsItem(line, out _, out int? start, out int width) && start is null or 1 && width < line.Length;

    /// <summary>The cells of a table's row.</summary>
    public static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
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

    /// <summary>The alignment of each column, where a line stands under a table's head; else null.</summary>
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
