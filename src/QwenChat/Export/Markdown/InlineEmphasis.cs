namespace QwenChat.Export.Markdown;

/// <summary>The kinds of emphasis.</summary>
internal enum InlineEmphasis
{
    Weak,
    Strong,
    Deleted,
}
