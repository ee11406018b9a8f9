namespace QwenChat.Export.Markdown;

/// <summary>
/// Parses Markdown line by line into blocks, as specified by CommonMark. A line first continues open blocks, then begins new blocks, and the rest is text.
/// Tables follow GitHub's syntax. HTML is treated as text. The nesting depth is limited.
/// </summary>
internal sealed class BlockParser
{
    private const int MaximumDepth = 24;

    private readonly MarkdownBlock _document = new(BlockKind.Document, null);
    private readonly LinkReferences _references;
    private MarkdownBlock _tip;
    private MarkdownBlock _last;
    private LineCursor _line = new("");

    // Whether the block that begins on this line has consumed the whole line.
    private bool _isConsumed;

    private BlockParser(LinkReferences references)
    {
        _references = references;
        _tip = _last = _document;
    }

    /// <summary>Parses text, and adds its link definitions to <paramref name="references"/>.</summary>
    public static MarkdownBlock Read(string text, LinkReferences references)
    {
        var parser = new BlockParser(references);
        foreach (string line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
            parser.ReadLine(line);
        parser._last = parser._document;
        parser.CloseUnmatched();
        parser.Close(parser._document);
        return parser._document;
    }

    private void ReadLine(string line)
    {
        _line = new LineCursor(line);
        int depth = 0;
        var block = _document;
        while (block.Children is [.., { IsOpen: true } child])
        {
            if (!Continues(child, out bool isTaken))
                break;
            if (isTaken)
                return;
            block = child;
            depth += child.Kind is BlockKind.Quote or BlockKind.Item ? 1 : 0;
        }
        _last = block;
        while (_last.Kind is not BlockKind.Code && TryBegin(depth) is { } begun)
        {
            _last = begun;
            depth += begun.Kind is BlockKind.Quote or BlockKind.Item ? 1 : 0;
            if (begun.Kind is not (BlockKind.Quote or BlockKind.Item))
                break;
        }
        AddText();
    }

    /// <summary>
    /// Returns whether the line continues an open block, and skips the marks of the block. <paramref name="isTaken"/> is true for a closing fence, which
    /// occupies the whole line.
    /// </summary>
    private bool Continues(MarkdownBlock block, out bool isTaken)
    {
        isTaken = false;
        bool isBlank = _line.IsBlank;
        switch (block.Kind)
        {
            case BlockKind.Quote:
                if (_line.Indent > 3 || _line.NextCharacter != '>')
                    return false;
                _line.SkipTo(1);
                _line.SkipBlanks(1);
                return true;
            case BlockKind.Item:
                if (isBlank ? block.Children.Count == 0 : _line.Indent < block.Indent + block.Width)
                    return false;
                _line.SkipBlanks(block.Indent + block.Width);
                return true;
            case BlockKind.Code when block.Fence != '\0':
                if (_line.Indent <= 3 && MarkdownLine.IsFenceEnd(_line.Text, block.Fence, block.FenceLength))
                {
                    _last = block;
                    CloseUnmatched();
                    Close(block);
                    isTaken = true;
                    return true;
                }
                _line.SkipBlanks(block.Indent);
                return true;
            case BlockKind.Code:
                if (_line.Indent < 4 && !isBlank)
                    return false;
                _line.SkipBlanks(4);
                return true;
            default:
                return block.Kind == BlockKind.List || block.Kind is BlockKind.Paragraph or BlockKind.Table && !isBlank;
        }
    }

    /// <summary>Opens the block that begins at the current position, and returns it; null if the rest of the line is text.</summary>
    private MarkdownBlock? TryBegin(int depth)
    {
        if (_line.IsBlank)
            return null;
        bool isText = _tip.Kind == BlockKind.Paragraph;
        if (_line.Indent > 3)
            return isText || _last.Kind == BlockKind.Table ? null : BeginIndentedCode();
        string text = _line.Text;
        if (text[0] == '>' && depth < MaximumDepth)
        {
            _line.SkipTo(1);
            _line.SkipBlanks(1);
            return Begin(new MarkdownBlock(BlockKind.Quote, Parent()));
        }
        if (MarkdownLine.HeadingLevel(text) is > 0 and var level)
            return BeginWhole(new MarkdownBlock(BlockKind.Heading, Parent()) { Level = level }, MarkdownLine.HeadingText(text));
        if (MarkdownLine.IsFence(text, out char mark, out int length, out string info))
        {
            int indent = _line.Indent;
            return BeginWhole(
                new MarkdownBlock(BlockKind.Code, Parent()) { Fence = mark, FenceLength = length, Info = LinkSyntax.Unescape(info), Indent = indent });
        }
        if (_last.Kind == BlockKind.Paragraph && TryUnderline(text) is { } heading)
            return heading;
        if (MarkdownLine.IsRule(text))
            return BeginWhole(new MarkdownBlock(BlockKind.Rule, Parent()));
        if (_last.Kind == BlockKind.Paragraph && TryTable(text) is { } table)
            return table;
        return depth < MaximumDepth ? TryItem(text) : null;
    }

    private MarkdownBlock BeginIndentedCode()
    {
        _line.SkipBlanks(4);
        return Begin(new MarkdownBlock(BlockKind.Code, Parent()));
    }

    private MarkdownBlock? TryItem(string text)
    {
        int markerLength = MarkdownLine.MarkerLength(text, out char mark, out int? start);
        if (markerLength == 0)
            return null;
        bool isEmpty = text.AsSpan(markerLength).IsWhiteSpace();
        // Within a paragraph, a number such as a year does not begin a list.
        if (_last.Kind == BlockKind.Paragraph && (isEmpty || start is not (null or 1)))
            return null;
        int indent = _line.Indent;
        _line.SkipTo(markerLength);
        int blanks = _line.Indent;
        int width = isEmpty || blanks > 4 ? markerLength + 1 : markerLength + blanks;
        _line.SkipBlanks(width - markerLength);
        var parent = _last;
        if (_last.Kind != BlockKind.List || _last.Mark != mark)
            parent = Begin(new MarkdownBlock(BlockKind.List, Parent()) { Mark = mark, Start = start });
        else
            CloseUnmatched();
        return Begin(new MarkdownBlock(BlockKind.Item, parent) { Start = start, Mark = mark, Indent = indent, Width = width });
    }

    private MarkdownBlock? TryUnderline(string text)
    {
        var paragraph = _last;
        if (MarkdownLine.UnderlineLevel(text) is not (> 0 and var level) || WithoutDefinitions(paragraph) is not { Length: > 0 } said)
            return null;
        var parent = paragraph.Parent!;
        CloseUnmatched();
        parent.Children.Remove(paragraph);
        _tip = _last = parent;
        return BeginWhole(new MarkdownBlock(BlockKind.Heading, parent) { Level = level }, said);
    }

    private MarkdownBlock? TryTable(string text)
    {
        if (MarkdownLine.Columns(text) is not { } columns)
            return null;
        var paragraph = _last;
        string head = paragraph.LastLine;
        var cells = MarkdownLine.Cells(head);
        if (!head.Contains('|', StringComparison.Ordinal) || cells.Count != columns.Count)
            return null;
        CloseUnmatched();
        var parent = paragraph.Parent!;
        paragraph.Text.Length -= head.Length + 1;
        Close(paragraph);
        var table = BeginWhole(new MarkdownBlock(BlockKind.Table, parent) { Columns = columns });
        table.Rows.Add(cells);
        return table;
    }

    private void AddText()
    {
        bool isBlank = _line.IsBlank;
        if (!isBlank && _tip != _last && _tip.Kind == BlockKind.Paragraph)
        {
            // A lazy continuation line (CommonMark) belongs to the open paragraph, although it lacks the marks of the enclosing blocks.
            AddLine(_tip, _line.Text);
            return;
        }
        CloseUnmatched();
        _last.NoteLine(isBlank);
        switch (_last.Kind)
        {
            case BlockKind.Code when !_isConsumed:
                AddLine(_last, _line.Rest);
                break;
            case BlockKind.Table when !_isConsumed:
                _last.Rows.Add(MarkdownLine.Cells(_line.Text));
                break;
            case BlockKind.Heading or BlockKind.Rule:
                Close(_last);
                break;
            case BlockKind.Paragraph:
                AddLine(_last, _line.Text);
                break;
            case BlockKind.Document or BlockKind.Quote or BlockKind.Item or BlockKind.List when !isBlank:
                AddLine(Begin(new MarkdownBlock(BlockKind.Paragraph, Parent())), _line.Text);
                break;
        }
        _isConsumed = false;
    }

    private MarkdownBlock BeginWhole(MarkdownBlock block, string text = "")
    {
        Begin(block);
        block.Text.Append(text);
        _isConsumed = true;
        return block;
    }

    /// <summary>Returns the block that may contain a new block: the last continued block, or one of its ancestors.</summary>
    private MarkdownBlock Parent()
    {
        CloseUnmatched();
        var parent = _last;
        while (parent.Kind is not (BlockKind.Document or BlockKind.Quote or BlockKind.Item))
        {
            Close(parent);
            parent = parent.Parent!;
        }
        return parent;
    }

    private MarkdownBlock Begin(MarkdownBlock block)
    {
        block.Parent!.Children.Add(block);
        _tip = block;
        return block;
    }

    private void CloseUnmatched()
    {
        while (_tip != _last)
        {
            var parent = _tip.Parent!;
            Close(_tip);
            _tip = parent;
        }
    }

    private void Close(MarkdownBlock block)
    {
        if (!block.IsOpen)
            return;
        block.IsOpen = false;
        if (_tip == block && block.Parent is { } parent)
            _tip = parent;
        if (block.Kind == BlockKind.Paragraph)
        {
            string said = WithoutDefinitions(block);
            block.Text.Clear().Append(said);
            if (said.Length == 0)
                block.Parent!.Children.Remove(block);
        }
        else if (block.Kind == BlockKind.List)
        {
            block.IsTight = !block.IsLoose();
        }
    }

    private string WithoutDefinitions(MarkdownBlock paragraph)
    {
        string said = paragraph.Text.ToString();
        int at = 0;
        while (_references.Take(said, at) is > 0 and var next)
            at = next;
        return said[at..].TrimEnd(' ', '\t', '\n');
    }

    private static void AddLine(MarkdownBlock block, string line)
    {
        block.Text.Append(line).Append('\n');
        block.LastLine = line;
    }
}
