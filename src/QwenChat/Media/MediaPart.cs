using QwenChat.Text;

namespace QwenChat.Media;

/// <summary>One media part of a message, before it has a URL.</summary>
/// <param name="Kind">The kind of media that the model receives, one of <see cref="MediaKind"/>.</param>
/// <param name="Sources">The content: one media item, or the images of a video.</param>
internal sealed record MediaPart(string Kind, IReadOnlyList<MediaSource> Sources)
{
    /// <summary>True for a video that consists of images.</summary>
    public bool IsFrames => Kind == MediaKind.Video && Sources.Count > 1;

    /// <summary>Creates message parts of the specified kind.</summary>
    /// <exception cref="QwenException">The content of a file is of a different kind, or there are too few images for a video.</exception>
    public static IEnumerable<MediaPart> Of(string kind, IReadOnlyList<MediaSource> sources)
    {
        foreach (var source in sources)
        {
            if (source.Type is { } type && !MayBe(kind, type))
                throw Refuse(source, type, kind);
        }
        if (kind != MediaKind.Video)
            return sources.Select(source => new MediaPart(kind, [source]));
        var frames = sources.Where(IsFrame).ToArray();
        var videos = sources.Where(source => !IsFrame(source)).Select(source => new MediaPart(kind, [source]));
        if (frames.Length is 0)
            return videos;
        if (frames.Length < MediaLimits.FewestFrames)
        {
            throw new QwenException(QwenErrorKind.MediaRefused,
                $"Cannot send {Quantity.Of(frames.Length, "image")} as a video ('{frames[0].Name}'). A video requires at least {MediaLimits.FewestFrames} "
                    + "images. To send fewer images, use -Image.");
        }
        return videos.Append(new MediaPart(kind, frames));
    }

    /// <summary>Creates a part from a file of any kind; returns null for text.</summary>
    public static MediaPart? Of(MediaSource source) =>
        source.Type?.Kind == MediaKind.Text ? null : new MediaPart(source.Type?.Kind ?? MediaKind.File, [source]);

    // For a URL, only the extension is known, because only the service reads the file.
    private static bool IsFrame(MediaSource source) => source.Type is { } type ? type.Kind == MediaKind.Image
        : Uri.TryCreate(source.Address, UriKind.Absolute, out var address)
            && Path.GetExtension(address.AbsolutePath).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".webp" or ".bmp" or ".tif" or ".tiff" or ".heic";

    private static bool MayBe(string kind, MediaType type) => kind switch
    {
        MediaKind.Video => type.Kind is MediaKind.Video or MediaKind.Image,
        // Video containers are also accepted as audio, because they often contain only sound, which the first bytes do not show.
        MediaKind.Audio => type.Kind == MediaKind.Audio || type == MediaType.Mp4 || type == MediaType.Mov || type == MediaType.ThreeGp
            || type == MediaType.Mkv || type == MediaType.WebM || type == MediaType.Wmv,
        MediaKind.File => type != MediaType.Unknown,
        _ => type.Kind == kind,
    };

    private static QwenException Refuse(MediaSource source, MediaType type, string kind)
    {
        string advice = type.Kind switch
        {
            _ when type == MediaType.Unknown => "Convert it to a common format.",
            MediaKind.Image => "Use -Image instead.",
            MediaKind.Video => "Use -Video instead.",
            MediaKind.Audio => "Use -Audio instead.",
            MediaKind.Text when source.File is { } file =>
                $"Pipe it to Send-QwenMessage instead: Get-Item {SingleQuoted.Path(file.Path)} | Send-QwenMessage …",
            MediaKind.Text => "Send it as text: [Text.Encoding]::UTF8.GetString($bytes).",
            _ => "Use -File instead, with a model that reads documents.",
        };
        return new QwenException(QwenErrorKind.MediaRefused,
            $"'{source.Name}' is {type.Name} according to its first bytes, and cannot be sent as "
                + $"{(kind == MediaKind.Image ? "an " : kind == MediaKind.Audio ? "" : "a ")}{kind}. {advice}");
    }
}
