using QwenChat.Model;

namespace QwenChat.Media;

/// <summary>What a part of a message is, in the words of <see cref="DraftPart.Kind"/> and of the catalogue's modalities.</summary>
internal static class MediaKind
{
    public const string Image = "image";
    public const string Video = "video";
    public const string Audio = "audio";
    public const string File = "file";
    public const string Text = "text";
}
