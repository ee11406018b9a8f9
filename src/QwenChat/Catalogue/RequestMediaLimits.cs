namespace QwenChat.Catalogue;

/// <summary>How much media one request may have, earlier turns included (qwen-api §1.6, §6).</summary>
internal static class RequestMediaLimits
{
    /// <summary>The most videos (§6.2).</summary>
    public const int Videos = 64;

    /// <summary>
    /// The most of a request's body that files may take: 16 MiB are reported as the body's limit on the shared hosts (§1.6); the rest is for text.
    /// </summary>
    public const long InlineBytes = 15 * 1024 * 1024;

    /// <summary>The most images by address (§6.1).</summary>
    public static int Images(string model) =>
        Is(model, "qwen3.8-max") || Is(model, "qwen3.8-flash") || Is(model, "qwen3.7-plus") ? 2048 : 256;

    private static bool Is(string model, string family) => model.StartsWith(family, StringComparison.OrdinalIgnoreCase);
}
