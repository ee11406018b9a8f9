using QwenChat.Catalogue;

namespace QwenChat.Media;

/// <summary>The documented media limits of the service (wire §6). Undocumented limits are left to the service.</summary>
internal static class MediaLimits
{
    /// <summary>
    /// The maximum length of one data URL: "Exceeded limit on max bytes per data-uri item : 10485760" (wire §6.1, §12.3). Newer models allow 20 MB, but
    /// not all models do.
    /// </summary>
    public const long DataAddress = 10_485_760;

    /// <summary>The maximum total size, in bytes, of the files in a request body (wire §1.6).</summary>
    public const long InlineTotal = RequestMediaLimits.InlineBytes;

    /// <summary>The maximum number of videos in a request (wire §6.2).</summary>
    public const int Videos = RequestMediaLimits.Videos;

    /// <summary>The maximum number of images that a request can contain as data URLs (wire §6.1).</summary>
    public const int InlineImages = 250;

    /// <summary>The minimum number of images in a video that is sent as a list of images (wire §6.2).</summary>
    public const int FewestFrames = 4;

    /// <summary>The number of pixels that both sides of an image must exceed (wire §6.1).</summary>
    public const int ShortestSide = 10;

    /// <summary>The maximum ratio of an image's longer side to its shorter side (wire §6.1).</summary>
    public const int AspectRatio = 200;

    /// <summary>The maximum number of pages in a document (wire §17).</summary>
    public const int Pages = 256;

    private const long Mebibyte = 1024 * 1024;

    /// <summary>Returns the maximum number of images that a request can specify by URL (wire §6.1).</summary>
    public static int Images(string model) => RequestMediaLimits.Images(model);

    /// <summary>Returns the maximum number of images in a video that is sent as a list of images (wire §6.2); null if no limit is documented.</summary>
    public static int? Frames(string model)
    {
        if (IsNewerFamily(model))
            return 8000;
        if (Is(model, "qwen3-vl-plus") || Is(model, "qwen3-vl-flash"))
            return 2000;
        if (Is(model, "qwen3-vl") || Is(model, "qwen2.5-vl"))
            return 512;
        return ModelCatalogue.Find(model) is null ? null : 80;
    }

    /// <summary>Returns the maximum size in bytes of a file that is specified by URL; null if no limit is documented.</summary>
    public static long? File(string kind, MediaType type, string model) => kind switch
    {
        MediaKind.Image when IsNewerFamily(model) || Is(model, "qwen3-vl") => 20 * Mebibyte, // wire §6.1
        MediaKind.Image when ModelCatalogue.Find(model) is not null => 10 * Mebibyte, // wire §6.1, older models
        MediaKind.Video => 2048 * Mebibyte, // wire §6.2
        MediaKind.Audio when Is(model, "qwen3-omni-30b-a3b-captioner") => 1024 * Mebibyte, // wire §6.6
        MediaKind.File when type == MediaType.Pdf && Is(model, "qwen3.5-ocr") => 100 * Mebibyte, // wire §2.3
        MediaKind.File when type == MediaType.Pdf => 150 * Mebibyte, // wire §17
        MediaKind.File when type.Kind == MediaKind.Image => 20 * Mebibyte, // wire §2.3, qwen3.5-ocr
        _ => null,
    };

    /// <summary>Returns whether the model accepts only one kind of media besides text in a user message (wire §6.5).</summary>
    public static bool TakesOneModality(string model) => Is(model, "qwen3-omni-flash") || Is(model, "qwen-omni-turbo");

    /// <summary>Returns whether the model is Qwen3.5 or later (wire §6.1, §6.2).</summary>
    private static bool IsNewerFamily(string model) =>
        Is(model, "qwen3.5") || Is(model, "qwen3.6") || Is(model, "qwen3.7") || Is(model, "qwen3.8");

    private static bool Is(string model, string family) => model.StartsWith(family, StringComparison.OrdinalIgnoreCase);
}
