namespace QwenChat.Commands.Terminal;

/// <summary>The kinds of lines that a terminal tells apart.</summary>
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
