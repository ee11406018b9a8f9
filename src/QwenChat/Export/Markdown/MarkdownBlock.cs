using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>A block of a document: a container of other blocks, or a block that contains text. Only the document itself has no parent.</summary>
internal sealed class MarkdownBlock(BlockKind kind, MarkdownBlock? parent)
{
    public BlockKind Kind => kind;

    public MarkdownBlock? Parent => parent;

    public List<MarkdownBlock> Children { get; } = [];

    /// <summary>Gets the block's text; for code and paragraphs, lines with their line endings.</summary>
    public StringBuilder Text { get; } = new();

    public string LastLine { get; set; } = "";

    /// <summary>Gets or sets whether lines can still be added.</summary>
    public bool IsOpen { get; set; } = true;

    public bool EndsBlank { get; private set; }

    public int Level { get; init; }

    /// <summary>Gets the fence character; NUL for indented code.</summary>
    public char Fence { get; init; }

    public int FenceLength { get; init; }

    /// <summary>Gets the text after a fence.</summary>
    public string Info { get; init; } = "";

    /// <summary>Gets the indentation of a fence or a list marker.</summary>
    public int Indent { get; init; }

    /// <summary>Gets the bullet of a list, or the character after its numbers. A different character begins a new list.</summary>
    public char Mark { get; init; }

    /// <summary>Gets the first number of a list, or the number of an item; null for bullets.</summary>
    public int? Start { get; init; }

    /// <summary>Gets the number of columns from the beginning of a list marker to the text of the item.</summary>
    public int Width { get; init; }

    public bool IsTight { get; set; } = true;

    /// <summary>Gets the alignment of each column of a table.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Gets the rows of a table, header first.</summary>
    public List<IReadOnlyList<string>> Rows { get; } = [];

    /// <summary>Updates <see cref="EndsBlank"/> of this block and its ancestors after a line of this block is read.</summary>
    public void NoteLine(bool isBlank)
    {
        if (isBlank && Children is [.., var last])
            last.EndsBlank = true;
        bool endsBlank = isBlank && kind != BlockKind.Quote && !(kind == BlockKind.Code && Fence != '\0') && !(kind == BlockKind.Item && Children.Count == 0);
        for (var block = this; block is not null; block = block.Parent)
            block.EndsBlank = endsBlank;
    }

    /// <summary>Returns whether there are blank lines between a list's items or between the blocks of an item.</summary>
    public bool IsLoose()
    {
        for (int i = 0; i < Children.Count; i++)
        {
            var blocks = Children[i].Children;
            bool isLast = i == Children.Count - 1;
            if (!isLast && EndsWithBlank(Children[i]))
                return true;
            for (int j = 0; j < blocks.Count; j++)
            {
                if (!(isLast && j == blocks.Count - 1) && EndsWithBlank(blocks[j]))
                    return true;
            }
        }
        return false;
    }

    private static bool EndsWithBlank(MarkdownBlock block)
    {
        while (!block.EndsBlank && block is { Kind: BlockKind.List or BlockKind.Item, Children: [.., var last] })
            block = last;
        return block.EndsBlank;
    }
}
