namespace QwenChat.Export.Markdown;

/// <summary>A <c>[</c> or <c>![</c> without its <c>]</c> so far.</summary>
/// <param name="Node">The index of its node.</param>
/// <param name="Label">The index of its label in the text.</param>
/// <param name="IsImage">Whether it is <c>![</c>.</param>
internal sealed record OpenBracket(int Node, int Label, bool IsImage)
{
    /// <summary>Gets or sets whether it may still begin a link: a link must not contain another link.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Gets or sets whether another bracket follows, so that its text is not a label.</summary>
    public bool HasInner { get; set; }
}
