namespace QwenChat.Export.Markdown;

/// <summary>The kinds of blocks.</summary>
internal enum BlockKind
{
    Document,
    Quote,
    List,
    Item,
    Paragraph,
    Heading,
    Rule,
    Code,
    Table,
}
