using QwenChat.Catalogue;

namespace QwenChat.Media;

/// <summary>What the service documents as limits of media (qwen-api §6). Where it documents none, there is none here: the service judges.</summary>
internal static class MediaLimits
{
    /// <summary>
    /// The most characters of one data address: "Exceeded limit on max bytes per data-uri item : 10485760" (§6.1, §12.3). Newer models take 20 MB;
    /// the smaller number holds everywhere.
    /// </summary>
    public const long DataAddress = 10_485_760;

    /// <summary>
    /// The most of a request's body that files may take: 16 MiB are reported as the body's limit on the shared hosts (§1.6); the rest is for text.
    /// </summary>
    public const long InlineTotal = RequestMediaLimits.InlineBytes;

    /// <summary>The most videos in a request (§6.2).</summary>
    public const int Videos = RequestMediaLimits.Videos;

    /// <summary>The most images in a request as data addresses (§6.1).</summary>
    public const int InlineImages = 250;

    /// <summary>The fewest images that make a video (§6.2).</summary>
    public const int FewestFrames = 4;

    /// <summary>Both sides of an image are longer (§6.1).</summary>
    public const int ShortestSide = 10;

    /// <summary>An image's longer side is at most so many times its shorter (§6.1).</summary>
    public const int AspectRatio = 200;

    private const long Mebibyte = 1024 * 1024;

    /// <summary>The most images in a request by address (§6.1).</summary>
    public static int Images(string model) => RequestMediaLimits.Images(model);

    /// <summary>The most images that make a video (§6.2); null for a model of which nothing is said.</summary>
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

    /// <summary>The most bytes of a file by address; null where nothing is said.</summary>
    /// <param name="kind">What it is sent as.</param>
    /// <param name="type">What it is.</param>
    /// <param name="model">The model's name.</param>
    public static long? File(string kind, MediaType type, string model) => kind switch
    {
        MediaKind.Image when IsNewerFamily(model) || Is(model, "qwen3-vl") => 20 * Mebibyte, // §6.1
        MediaKind.Image when ModelCatalogue.Find(model) is not null => 10 * Mebibyte, // §6.1, older models
        MediaKind.Video => 2048 * Mebibyte, // §6.2
        MediaKind.Audio when Is(model, "qwen3-omni-30b-a3b-captioner") => 1024 * Mebibyte, // §6.6
        MediaKind.File when type == MediaType.Pdf => 100 * Mebibyte, // §2.3, qwen3.5-ocr
        MediaKind.File when type.Kind == MediaKind.Image => 20 * Mebibyte, // §2.3, qwen3.5-ocr
        _ => null,
    };

    /// <summary>Models of which a user message takes, besides text, one kind of medium (§6.5).</summary>
    public static bool TakesOneModality(string model) => Is(model, "qwen3-omni-flash") || Is(model, "qwen-omni-turbo");

    /// <summary>Qwen3.5 and later (§6.1, §6.2).</summary>
    private static bool IsNewerFamily(string model) =>
        Is(model, "qwen3.5") || Is(model, "qwen3.6") || Is(model, "qwen3.7") || Is(model, "qwen3.8");

    private static bool Is(string model, string family) => model.StartsWith(family, StringComparison.OrdinalIgnoreCase);
}
