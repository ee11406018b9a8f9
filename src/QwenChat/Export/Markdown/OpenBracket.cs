namespace QwenChat.Export.Markdown;

/// <summary>A <c>[</c> or <c>![</c> whose <c>]</c> has not come yet.</summary>
/// <param name="Node">Where its text is among the nodes.</param>
/// <param name="Label">Where its label begins in the text.</param>
/// <param name="IsImage">Whether it is <c>![</c>.</param>
internal sealed record OpenBracket(int Node, int Label, bool IsImage)
{
    /// <summary>Gets or sets whether it may still begin a link: inside of a link there is no other.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Gets or sets whether another bracket follows: its text is no label then.</summary>
    public bool HasInner { get; set; }
}
