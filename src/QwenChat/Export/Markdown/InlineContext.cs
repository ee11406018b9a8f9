namespace QwenChat.Export.Markdown;

/// <summary>The context in which the text of a paragraph is parsed.</summary>
internal sealed record InlineContext
{
    /// <summary>The context at the beginning of a document, without link definitions.</summary>
    public static readonly InlineContext Default = new();

    public LinkReferences References { get; init; } = LinkReferences.None;

    /// <summary>Gets whether every line end is a line break, as in text that a user typed.</summary>
    public bool AllLinesBreak { get; init; }

    /// <summary>Gets the character before the text; a space if the text begins the paragraph.</summary>
    public char Before { get; init; } = ' ';

    /// <summary>Gets whether CommonMark's emphasis rules also apply next to Chinese, Japanese and Korean characters.</summary>
    public bool IsStrict { get; init; }
}
