using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn;

/// <summary>Chooses the context caches that a turn requests, and the positions of the explicit cache's markers (wire §9).</summary>
internal static class CacheMarkers
{
    /// <summary>The minimum number of tokens in a cached prefix.</summary>
    public const int LeastTokens = 1024;

    /// <summary>
    /// The models for which the vendor documents the explicit cache in at least one region. A snapshot counts as the model whose catalog entry it inherits.
    /// </summary>
    private static readonly HashSet<string> s_explicit = new(StringComparer.OrdinalIgnoreCase)
    {
        "qwen3.8-max", "qwen3.8-flash", "qwen3.8-2.4t-a95b", "qwen3.8-27b", "qwen3.7-max", "qwen3.7-plus", "qwen3.7-flash", "qwen3.6-max-preview",
        "qwen3.6-plus", "qwen3.6-flash", "qwen3.5-plus", "qwen3.5-flash", "qwen3-max", "qwen-plus", "qwen-flash", "qwen3-coder-plus",
        "qwen3-coder-flash", "qwen3-vl-plus", "qwen3-vl-flash", "qwen-plus-character", "deepseek-v3.2", "kimi-k2.7-code", "kimi-k2.5",
        "kimi-k2.6", "glm-5.1",
    };

    /// <summary>Returns whether the turn sets markers. Warns once when a requested cache is not available.</summary>
    public static bool UsesMarkers(QwenConversation conversation, QwenOptions options, QwenModel? model, QwenConnection connection, NoticeQueue notices)
    {
        if (options.ExplicitCache != true)
            return false;
        string? why = connection.CompatibleUri is not null ? "only the Qwen service supports cache markers, and this is a different server"
            : conversation.ApiKind is QwenApi.Responses or QwenApi.Conversations
            ? $"the {conversation.ApiKind} API does not support cache markers; "
                + (conversation.ApiKind == QwenApi.Responses ? "use -SessionCache" : "use -Api Responses with -SessionCache")
            : conversation.ApiKind == QwenApi.DashScope && !NativeEndpoint.IsMultimodal(options.Model!)
                ? $"{options.Model} uses the native endpoint for text, which does not support cache markers; use -Api ChatCompletions"
            : model is not null && !s_explicit.Contains(model.Id) && !s_explicit.Contains(model.Like ?? "") ? $"{model.Id} does not support the explicit cache"
            : null;
        if (why is not null && conversation.WarnOnce("explicit cache " + options.Model))
            notices.Warn($"-ExplicitCache has no effect: {why}.");
        return why is null;
    }

    public static bool UsesSession(QwenConversation conversation, QwenOptions options, NoticeQueue notices)
    {
        if (options.SessionCache != true)
            return false;
        if (conversation.ApiKind == QwenApi.Responses)
            return true;
        if (conversation.WarnOnce("session cache"))
        {
            string instead = conversation.ApiKind is QwenApi.ChatCompletions or QwenApi.DashScope
                ? $" The {conversation.ApiKind} API supports -ExplicitCache." : "";
            notices.Warn($"-SessionCache has no effect: only the Responses API supports it.{instead}");
        }
        return false;
    }

    /// <summary>
    /// Marks the system message, the end of the last turn, and the new message. Other conversations may begin with the same system message. The last turn has
    /// its own marker, because a marker looks back only 20 parts and the new message may have more. A prefix that no later request repeats is not marked,
    /// because a cache write costs a quarter more than other input.
    /// </summary>
    /// <param name="history">The turns so far.</param>
    /// <param name="from">The index of the first turn in the request.</param>
    /// <param name="input">The new items that the next request also contains.</param>
    /// <param name="instructions">The system message.</param>
    /// <param name="estimate">Estimates tokens.</param>
    /// <param name="continues">Whether the request begins with the previous request.</param>
    /// <param name="isContinued">Whether the next request begins with this request.</param>
    public static MarkedMessages Place(TurnPath history, int from, IReadOnlyList<QwenItem> input, string? instructions, TokenEstimate estimate, bool continues,
        bool isContinued)
    {
        // The conversation's correction factor is not applied to this count, because the factor changes between turns. A marker in only some requests would
        // prevent cache hits.
        bool marksInstructions = instructions is not null && TokenCount.PerMessage + TokenCount.OfText(instructions) >= LeastTokens;
        var marked = new List<QwenItem>(2);
        if (from < history.Count && (continues || isContinued) && estimate.OfRequest([], instructions, from) >= LeastTokens)
            Mark(history.Last!.Items);
        if (isContinued && estimate.OfRequest(input, instructions, from) >= LeastTokens)
            Mark(input);
        return new MarkedMessages(marksInstructions, marked);

        void Mark(IReadOnlyList<QwenItem> items)
        {
            for (int i = items.Count - 1; i >= 0; i--)
            {
                if (MarkedMessages.CanMark(items[i]))
                {
                    marked.Add(items[i]);
                    return;
                }
            }
        }
    }

    /// <summary>
    /// Returns the approximate number of input tokens that the cache may contain: the input tokens of the previous request, or 0 if that request was too short
    /// for the cache or is not the beginning of the new request.
    /// </summary>
    public static long Expected(TurnPlan plan, bool prefixBroken) =>
        !prefixBroken && plan.Path.Last?.LastUsage?.InputTokens is >= LeastTokens and { } input ? input : 0;
}
