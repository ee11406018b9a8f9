using System.Collections.Concurrent;
using QwenChat.Catalogue;

namespace QwenChat.Protocols.Messages;

/// <summary>The native endpoint of a model (wire §5.1): as the service reported, otherwise from the catalog, otherwise text.</summary>
internal static class NativeEndpoint
{
    private static readonly ConcurrentDictionary<string, bool> s_learned = new(StringComparer.OrdinalIgnoreCase);

    public static bool IsMultimodal(string model) =>
        s_learned.TryGetValue(model, out bool learned) ? learned : ModelCatalogue.Find(model)?.NativeEndpoint == "multimodal-generation";

    /// <summary>Records that the service rejected the model at one endpoint: from now on the other one is used.</summary>
    public static void Switch(string model) => s_learned[model] = !IsMultimodal(model);

    /// <summary>Returns the path after <c>/api/v1</c>.</summary>
    public static string Path(string model) => IsMultimodal(model)
        ? "/services/aigc/multimodal-generation/generation"
        : "/services/aigc/text-generation/generation";
}
