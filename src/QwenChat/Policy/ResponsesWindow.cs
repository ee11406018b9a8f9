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

    /// <summary>
    /// About how many turns the model does not read whole: those in the middle of the request, where the service drops what is beyond its window.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="model">What is known of the model.</param>
    /// <param name="first">The first turn of the request, from 0.</param>
    /// <param name="turns">The tokens of the turns from there on, by our own count: what the service reports of a cut request is what was left of it.</param>
    /// <param name="head">The tokens before them.</param>
    /// <param name="tail">The tokens behind them.</param>
    public static int TurnsCut(QwenConversation conversation, QwenModel? model, int first, Func<QwenTurn, double> turns, double head, double tail)
    {
        if (!MayBePassed(conversation, model))
            return 0;
        double[] tokens = conversation.Path.From(first).Select(turns).ToArray();
        double all = head + tokens.Sum() + tail, cut = all - model!.ResponsesInput!.Value, from = (all - cut) / 2, at = head;
        int count = 0;
        foreach (double one in cut > 0 ? tokens : [])
        {
            count += at + one > from && at < from + cut ? 1 : 0;
            at += one;
        }
        return count;
    }

    private static bool Applies(QwenApi api) => api is QwenApi.Responses or QwenApi.Conversations;
}
