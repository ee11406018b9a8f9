using System.Collections.Concurrent;
using QwenChat.Catalogue;

namespace QwenChat.Protocols.Messages;

/// <summary>Which of the native API's two endpoints a model is asked at (qwen-api §5.1): what the service said, else the catalogue, else text.</summary>
internal static class NativeEndpoint
{
    private static readonly ConcurrentDictionary<string, bool> s_learned = new(StringComparer.OrdinalIgnoreCase);

    public static bool IsMultimodal(string model) =>
        s_learned.TryGetValue(model, out bool learned) ? learned : ModelCatalogue.Find(model)?.NativeEndpoint == "multimodal-generation";

    /// <summary>The service refused the model at one endpoint: from now on the other is asked.</summary>
    public static void Switch(string model) => s_learned[model] = !IsMultimodal(model);

    /// <summary>The path behind <c>/api/v1</c>.</summary>
    public static string Path(string model) => IsMultimodal(model)
        ? "/services/aigc/multimodal-generation/generation"
        : "/services/aigc/text-generation/generation";
}
