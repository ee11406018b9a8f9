namespace QwenChat.Export.Markdown;

internal enum InlineEmphasis
{
    Weak,
    Strong,
    Deleted,
}
