namespace QwenChat.Catalogue;

/// <summary>The media limits of one request. Media in earlier turns count toward the limits (wire §1.6, §6).</summary>
internal static class RequestMediaLimits
{
    /// <summary>The maximum number of videos (wire §6.2).</summary>
    public const int Videos = 64;

    /// <summary>
    /// The maximum total size of the files in a request body, in bytes. The shared hosts are reported to limit the body to 16 MiB (wire §1.6); 1 MiB is
    /// left for text.
    /// </summary>
    public const long InlineBytes = 15 * 1024 * 1024;

    /// <summary>The maximum number of images specified by URL (wire §6.1).</summary>
    public static int Images(string model) =>
        Is(model, "qwen3.8-max") || Is(model, "qwen3.8-flash") || Is(model, "qwen3.7-plus") ? 2048 : 256;

    private static bool Is(string model, string family) => model.StartsWith(family, StringComparison.OrdinalIgnoreCase);
}
