using System.Collections.Concurrent;
using QwenChat.Catalogue;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// Determines a model's native endpoint (wire §5.1): the endpoint learned from an error of the service, otherwise the endpoint in the catalog, otherwise
/// text generation.
/// </summary>
internal static class NativeEndpoint
{
    private static readonly ConcurrentDictionary<string, bool> s_learned = new(StringComparer.OrdinalIgnoreCase);

    public static bool IsMultimodal(string model) =>
        s_learned.TryGetValue(model, out bool learned) ? learned : ModelCatalogue.Find(model)?.NativeEndpoint == "multimodal-generation";

    /// <summary>Records that one endpoint rejected the model, so that later requests use the other endpoint.</summary>
    public static void Switch(string model) => s_learned[model] = !IsMultimodal(model);

    /// <summary>Returns the path after <c>/api/v1</c>.</summary>
    public static string Path(string model) => IsMultimodal(model)
        ? "/services/aigc/multimodal-generation/generation"
        : "/services/aigc/text-generation/generation";
}
