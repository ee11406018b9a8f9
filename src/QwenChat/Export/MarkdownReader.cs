namespace QwenChat.Export;

/// <summary>
/// Reads Markdown block by block: what models write (headings, lists, tables, code, quotes), after CommonMark and GitHub's tables. HTML is
/// text here. Nesting ends at a depth that no person writes.
/// </summary>
internal abstract class MarkdownReader
{
    private const int MaximumDepth = 8;

    /// <summary>Reads a whole text.</summary>
    protected void Read(string text) =>
        ReadBlocks(text.TrimEnd().ReplaceLineEndings("\n").Replace("\t", "    ", StringComparison.Ordinal).Split('\n'), 0, tight: false);

    protected abstract void Code(string code, string info);

    protected abstract void Heading(string text, int level);

    protected abstract void Rule();

    protected abstract void BeginQuote();

    protected abstract void EndQuote();

    protected abstract void BeginList(int? start);

    protected abstract void EndList(int? start);

    /// <param name="number">Its number; null for a bullet.</param>
    /// <param name="isDone">For a task, whether it is done; null for what is none.</param>
    protected abstract void BeginItem(int? number, bool? isDone);

    protected abstract void EndItem();

    /// <param name="columns">Each column's alignment: <c>center</c>, <c>right</c> or empty.</param>
    /// <param name="rows">The head's cells, then those of the rows.</param>
    protected abstract void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows);

    /// <param name="text">The paragraph, its lines without blanks before them.</param>
    /// <param name="tight">True in a list whose items lie close together.</param>
    protected abstract void Paragraph(string text, bool tight);

    private void ReadBlocks(IReadOnlyList<string> lines, int depth, bool tight)
    {
        int at = 0;
        while (at < lines.Count)
        {
            string line = lines[at];
            if (MarkdownLine.IsBlank(line))
                at++;
            else if (MarkdownLine.IsFence(line, out char mark, out int length, out string info))
                at = ReadFence(lines, at, mark, length, info);
            else if (MarkdownLine.HeadingLevel(line) is > 0 and var level)
                at = ReadHeading(line.Trim().Trim('#').Trim(), level, at + 1);
            else if (MarkdownLine.IsRule(line))
                at = ReadRule(at);
            else if (MarkdownLine.IsQuote(line) && depth < MaximumDepth)
                at = ReadQuote(lines, at, depth);
            else if (MarkdownLine.IsItem(line, out char bullet, out int? start, out _) && depth < MaximumDepth)
                at = ReadList(lines, at, bullet, start, depth);
            else if (MarkdownLine.Indent(line) >= 4)
                at = ReadIndented(lines, at);
            else if (at + 1 < lines.Count && line.Contains('|', StringComparison.Ordinal) && MarkdownLine.Columns(lines[at + 1]) is { } columns
                && columns.Count == MarkdownLine.Cells(line).Count)
                at = ReadTable(lines, at, columns);
            else
                at = ReadParagraph(lines, at, tight);
        }
    }

    private int ReadFence(IReadOnlyList<string> lines, int at, char mark, int length, string info)
    {
        int indent = MarkdownLine.Indent(lines[at++]);
        var code = new List<string>();
        while (at < lines.Count && !MarkdownLine.IsFenceEnd(lines[at], mark, length))
            code.Add(MarkdownLine.Outdent(lines[at++], indent));
        Code(string.Join('\n', code), info);
        return at + 1;
    }

    private int ReadIndented(IReadOnlyList<string> lines, int at)
    {
        var code = new List<string>();
        for (; at < lines.Count && (MarkdownLine.IsBlank(lines[at]) || MarkdownLine.Indent(lines[at]) >= 4); at++)
            code.Add(MarkdownLine.Outdent(lines[at], 4));
        Code(string.Join('\n', code).TrimEnd(), "");
        return at;
    }

    private int ReadHeading(string text, int level, int next)
    {
        Heading(text, level);
        return next;
    }

    private int ReadRule(int at)
    {
        Rule();
        return at + 1;
    }

    private int ReadQuote(IReadOnlyList<string> lines, int at, int depth)
    {
        var quoted = new List<string>();
        for (; at < lines.Count && !MarkdownLine.IsBlank(lines[at]); at++)
        {
            string line = lines[at];
            if (MarkdownLine.IsQuote(line))
                line = MarkdownLine.Outdent(line.TrimStart(' ')[1..], 1);
            else if (MarkdownLine.BeginsBlock(line))
                break;
            quoted.Add(line);
        }
        BeginQuote();
        ReadBlocks(quoted, depth + 1, tight: false);
        EndQuote();
        return at;
    }

    private int ReadList(IReadOnlyList<string> lines, int at, char bullet, int? start, int depth)
    {
        BeginList(start);
        int? next = start;
        while (at < lines.Count && MarkdownLine.IsItem(lines[at], out char mark, out int? number, out int width) && mark == bullet
            && number is null == start is null)
        {
            var item = new List<string> { lines[at].Length > width ? lines[at][width..] : "" };
            bool loose = false, afterBlank = false;
            for (at++; at < lines.Count; at++)
            {
                string line = lines[at];
                if (MarkdownLine.IsBlank(line))
                    afterBlank = true;
                else if (MarkdownLine.Indent(line) >= width)
                    loose |= afterBlank;
                else if (afterBlank || MarkdownLine.BeginsBlock(line) || MarkdownLine.IsItem(line, out _, out _, out _))
                    break;
                if (!MarkdownLine.IsBlank(line))
                    afterBlank = false;
                item.Add(MarkdownLine.Outdent(line, width));
            }
            ReadItem(item, next++, depth, tight: !loose);
        }
        EndList(start);
        return at;
    }

    private void ReadItem(List<string> lines, int? number, int depth, bool tight)
    {
        bool? isDone = null;
        if (lines[0].Length > 4 && lines[0][0] == '[' && lines[0][2] == ']' && lines[0][3] == ' ' && lines[0][1] is ' ' or 'x' or 'X')
        {
            isDone = lines[0][1] != ' ';
            lines[0] = lines[0][4..];
        }
        BeginItem(number, isDone);
        ReadBlocks(lines, depth + 1, tight);
        EndItem();
    }

    private int ReadTable(IReadOnlyList<string> lines, int at, IReadOnlyList<string> columns)
    {
        var rows = new List<IReadOnlyList<string>> { MarkdownLine.Cells(lines[at]) };
        for (at += 2; at < lines.Count && !MarkdownLine.IsBlank(lines[at]) && !MarkdownLine.BeginsBlock(lines[at]); at++)
            rows.Add(MarkdownLine.Cells(lines[at]));
        Table(columns, rows);
        return at;
    }

    private int ReadParagraph(IReadOnlyList<string> lines, int at, bool tight)
    {
        var paragraph = new List<string>();
        int level = 0;
        do
        {
            paragraph.Add(lines[at++].TrimStart(' '));
        }
        while (at < lines.Count && !MarkdownLine.IsBlank(lines[at]) && (level = MarkdownLine.UnderlineLevel(lines[at])) == 0
        && !MarkdownLine.BeginsBlock(lines[at]));
        string text = string.Join('\n', paragraph).TrimEnd(' ');
        if (level > 0)
            return ReadHeading(text.Replace('\n', ' '), level, at + 1);
        Paragraph(text, tight);
        return at;
    }
}
