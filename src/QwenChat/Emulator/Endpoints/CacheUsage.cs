using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The cache counts in the usage data of a response (wire §9).</summary>
internal static class CacheUsage
{
    public static JsonObject Of(Generation generation)
    {
        var details = new JsonObject { ["cached_tokens"] = generation.CachedTokens };
        if (generation.CacheCreationTokens is { } created)
        {
            details["cache_creation_input_tokens"] = created;
            details["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = created };
            details["cache_type"] = "ephemeral";
        }
        return details;
    }
}
