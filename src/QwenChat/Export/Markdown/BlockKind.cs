namespace QwenChat.Export.Markdown;

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
