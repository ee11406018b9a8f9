using QwenChat.Model;

namespace QwenChat.Media;

/// <summary>The kinds of message parts, as used by <see cref="DraftPart.Kind"/> and the catalog's modalities.</summary>
internal static class MediaKind
{
    public const string Image = "image";
    public const string Video = "video";
    public const string Audio = "audio";
    public const string File = "file";
    public const string Text = "text";
}
