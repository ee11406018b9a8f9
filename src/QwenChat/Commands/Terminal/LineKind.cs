namespace QwenChat.Commands.Terminal;

/// <summary>The kinds of Markdown lines.</summary>
internal enum LineKind
{
    Text,
    Blank,
    Item,
    Heading,
    Rule,
    Fence,
    Table,
    Definition,
}
