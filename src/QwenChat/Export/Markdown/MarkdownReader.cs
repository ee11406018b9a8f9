namespace QwenChat.Export.Markdown;

/// <summary>Parses a Markdown document and passes its blocks to the subclass, in order.</summary>
internal abstract class MarkdownReader
{
    /// <summary>Gets the link definitions of the document. All of them are known before the first block is passed to the subclass.</summary>
    protected LinkReferences References { get; private set; } = LinkReferences.None;

    /// <summary>Reads a document. The output format determines which URLs may be links.</summary>
    protected void Read(string text, InlineForm form)
    {
        References = new LinkReferences(form);
        Read(BlockParser.Read(text, References).Children, isTight: false);
    }

    protected abstract void Code(string code, string info);

    protected abstract void Heading(string text, int level);

    protected abstract void Rule();

    protected abstract void BeginQuote();

    protected abstract void EndQuote();

    protected abstract void BeginList(int? start);

    protected abstract void EndList(int? start);

    /// <param name="number">The item's number; null for a bullet.</param>
    /// <param name="isDone">Whether a task is done; null for an item that is not a task.</param>
    protected abstract void BeginItem(int? number, bool? isDone);

    protected abstract void EndItem();

    /// <param name="columns">Each column's alignment: <c>center</c>, <c>right</c> or empty.</param>
    /// <param name="rows">The cells of the header row, followed by the cells of the other rows.</param>
    protected abstract void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows);

    /// <param name="text">The paragraph, without leading white space on its lines.</param>
    /// <param name="isTight">True in a tight list.</param>
    protected abstract void Paragraph(string text, bool isTight);

    private void Read(List<MarkdownBlock> blocks, bool isTight)
    {
        foreach (var block in blocks)
            Read(block, isTight);
    }

    private void Read(MarkdownBlock block, bool isTight)
    {
        switch (block.Kind)
        {
            case BlockKind.Quote:
                BeginQuote();
                Read(block.Children, isTight: false);
                EndQuote();
                break;
            case BlockKind.List:
                ReadList(block);
                break;
            case BlockKind.Heading:
                Heading(block.Text.ToString(), block.Level);
                break;
            case BlockKind.Rule:
                Rule();
                break;
            case BlockKind.Code:
                Code(CodeOf(block), block.Info);
                break;
            case BlockKind.Table:
                Table(block.Columns, block.Rows);
                break;
            default:
                Paragraph(block.Text.ToString(), isTight);
                break;
        }
    }

    private void ReadList(MarkdownBlock list)
    {
        BeginList(list.Start);
        int? number = list.Start;
        foreach (var item in list.Children)
        {
            BeginItem(number++, TakeTask(item));
            Read(item.Children, list.IsTight);
            EndItem();
        }
        EndList(list.Start);
    }

    // Removes the checkbox of a GitHub task from the beginning of an item's text, and returns its state; null if there is no checkbox.
    private static bool? TakeTask(MarkdownBlock item)
    {
        if (item.Children is not [{ Kind: BlockKind.Paragraph, Text: { Length: > 4 } text }, ..] || text[0] != '[' || text[2] != ']' || text[3] != ' '
            || text[1] is not (' ' or 'x' or 'X'))
            return null;
        bool isDone = text[1] != ' ';
        text.Remove(0, 4);
        return isDone;
    }

    private static string CodeOf(MarkdownBlock block)
    {
        string code = block.Text.ToString();
        return block.Fence == '\0' ? code.Trim('\n') : code.Length > 0 ? code[..^1] : "";
    }
}
