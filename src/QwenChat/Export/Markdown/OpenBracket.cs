namespace QwenChat.Export.Markdown;

/// <summary>A <c>[</c> or <c>![</c> whose <c>]</c> has not been read yet.</summary>
/// <param name="Node">The index of the bracket's node.</param>
/// <param name="Label">The index of the label in the text.</param>
/// <param name="IsImage">Whether the bracket is <c>![</c>.</param>
internal sealed record OpenBracket(int Node, int Label, bool IsImage)
{
    /// <summary>Gets or sets whether the bracket may still begin a link. A link cannot contain another link.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Gets or sets whether the text in brackets contains another opening bracket and therefore cannot be a label.</summary>
    public bool HasInner { get; set; }
}
