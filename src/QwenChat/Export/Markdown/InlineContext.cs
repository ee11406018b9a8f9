namespace QwenChat.Export.Markdown;

/// <summary>What decides, besides a paragraph's text, how it reads.</summary>
internal sealed record InlineContext
{
    /// <summary>No definitions, at the beginning of a text.</summary>
    public static readonly InlineContext Default = new();

    /// <summary>Gets the definitions that its links may refer to.</summary>
    public LinkReferences References { get; init; } = LinkReferences.None;

    /// <summary>Gets whether a line's end is a line break, as in a text that was typed.</summary>
    public bool AllLinesBreak { get; init; }

    /// <summary>Gets the character before the text; a blank where there is none.</summary>
    public char Before { get; init; } = ' ';

    /// <summary>Gets whether CommonMark's rules of emphasis hold beside Chinese, Japanese and Korean characters, too.</summary>
    public bool IsStrict { get; init; }
}
