using System.Globalization;

namespace QwenChat.Policy;

/// <summary>What the Responses and Conversations APIs read of a request: they drop the middle of a longer one without an error (facts-2026-11).</summary>
internal static class ResponsesWindow
{
    /// <summary>From this share of it on a request is counted before it is sent.</summary>
    private const double Near = 0.8;

    /// <summary>Whether the next request may be longer; told from what the service counted, so that short conversations count nothing.</summary>
    public static bool MayBePassed(QwenConversation conversation, QwenModel? model) =>
        Applies(conversation.ApiKind) && model?.ResponsesInput is { } read && conversation.Path.Last?.LastUsage is { } usage
        && usage.InputTokens + (usage.OutputTokens ?? 0) > read * Near;

    /// <summary>The warning of a request that is longer; null for none.</summary>
    public static string? Warning(QwenApi api, QwenModel? model, long tokens) => Applies(api) && model?.ResponsesInput is { } read && tokens > read
        ? string.Create(CultureInfo.InvariantCulture,
        $"The request has about {tokens:N0} tokens. Over the {api} API {model.Id} reads about {read:N0} of them; "
            + $"the service drops the middle without an error. ")
            + (api == QwenApi.Responses ? "Send less (New-QwenContextPolicy -SummarizeAt or -KeepTurns), or " : "Move the conversation: ")
            + "Copy-QwenConversation -Api ChatCompletions."
        : null;

    private static bool Applies(QwenApi api) => api is QwenApi.Responses or QwenApi.Conversations;
}
