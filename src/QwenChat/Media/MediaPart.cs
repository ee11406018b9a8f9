namespace QwenChat.Media;

/// <summary>One media part of a message, before it has its address.</summary>
/// <param name="Kind">What the model is to take it as, one of <see cref="MediaKind"/>.</param>
/// <param name="Sources">What it consists of: one medium, or the images that make a video.</param>
internal sealed record MediaPart(string Kind, IReadOnlyList<MediaSource> Sources)
{
    /// <summary>True for a video that is given as images.</summary>
    public bool IsFrames => Kind == MediaKind.Video && Sources.Count > 1;

    /// <summary>Media that are to be taken as one kind.</summary>
    /// <exception cref="QwenException">A file is of another kind, whatever its name says.</exception>
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
                $"{frames.Length} image(s) are no video: '{frames[0].Name}'. Images make a video from {MediaLimits.FewestFrames} on; for fewer use -Image.");
        }
        return videos.Append(new MediaPart(kind, frames));
    }

    /// <summary>A file as the kind that it is; null for text.</summary>
    public static MediaPart? Of(MediaSource source) =>
        source.Type?.Kind == MediaKind.Text ? null : new MediaPart(source.Type?.Kind ?? MediaKind.File, [source]);

    // Of an address only its ending is known before the service reads it.
    private static bool IsFrame(MediaSource source) => source.Type is { } type ? type.Kind == MediaKind.Image
        : Uri.TryCreate(source.Address, UriKind.Absolute, out var address)
            && Path.GetExtension(address.AbsolutePath).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".webp" or ".bmp" or ".tif" or ".tiff" or ".heic";

    private static bool MayBe(string kind, MediaType type) => kind switch
    {
        MediaKind.Video => type.Kind is MediaKind.Video or MediaKind.Image,
        // These hold sound alone as often as pictures and sound; the first bytes do not tell.
        MediaKind.Audio => type.Kind == MediaKind.Audio || type == MediaType.Mp4 || type == MediaType.Mov || type == MediaType.ThreeGp
            || type == MediaType.Mkv || type == MediaType.WebM || type == MediaType.Wmv,
        MediaKind.File => type != MediaType.Unknown,
        _ => type.Kind == kind,
    };

    private static QwenException Refuse(MediaSource source, MediaType type, string kind)
    {
        string advice = type.Kind switch
        {
            _ when type == MediaType.Unknown => "Convert it to a usual format.",
            MediaKind.Image => "Use -Image for it.",
            MediaKind.Video => "Use -Video for it.",
            MediaKind.Audio => "Use -Audio for it.",
            MediaKind.Text => $"Pipe it along with the message instead: Get-Item '{Path.GetFileName(source.Name)}' | Send-QwenMessage …",
            _ => "Use -File for it, with a model that reads documents.",
        };
        return new QwenException(QwenErrorKind.MediaRefused,
            $"'{source.Name}' is {type.Name}, going by its first bytes, and cannot be sent as "
                + $"{(kind is MediaKind.Image or MediaKind.Audio ? "an " : "a ")}{kind}. {advice}");
    }
}
