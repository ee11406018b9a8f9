using System.Globalization;

namespace QwenChat.Policy;

/// <summary>The input limit of the Responses and Conversations APIs, which drop the middle of longer requests without an error (wire §20).</summary>
internal static class DroppedMiddle
{
    /// <summary>If the last request and its reply used more than this share of the limit, the tokens of the next request are counted before sending.</summary>
    private const double Near = 0.8;

    /// <summary>
    /// Returns whether the next request may exceed the limit, according to the token counts that the service reported. Short conversations therefore
    /// need no local count.
    /// </summary>
    public static bool MayBePassed(QwenConversation conversation, QwenModel? model) =>
        Applies(conversation.ApiKind) && model?.ResponsesInput is { } read && conversation.Path.Last?.LastUsage is { } usage
        && usage.InputTokens + (usage.OutputTokens ?? 0) > read * Near;

    /// <summary>Returns the warning about a request that exceeds the limit; null if the request does not exceed it.</summary>
    public static string? Warning(QwenApi api, QwenModel? model, long tokens) => Applies(api) && model?.ResponsesInput is { } read && tokens > read
        ? string.Create(CultureInfo.InvariantCulture,
        $"The request has about {tokens:N0} tokens. In the {api} API, {model.Id} reads about {read:N0} of them; "
            + $"the service drops the middle of the request without an error. ")
            + (api == QwenApi.Responses ? "Send fewer turns (New-QwenContextPolicy -SummarizeAt or -KeepTurns), or use " : "Move the conversation with ")
            + "Copy-QwenConversation -Api ChatCompletions."
        : null;

    /// <summary>
    /// Returns the approximate position and number of the turns that the model does not read completely, because the service drops the middle of a request
    /// that is too long.
    /// </summary>
    /// <param name="turns">The turns of the request.</param>
    /// <param name="limit">The model's limit.</param>
    /// <param name="count">Counts the tokens of a turn locally, because the service's count of a truncated request covers only the remainder.</param>
    /// <param name="head">The tokens before the turns.</param>
    /// <param name="tail">The tokens after the turns.</param>
    public static (int First, int Count) TurnsCut(IEnumerable<QwenTurn> turns, double limit, Func<QwenTurn, double> count, double head, double tail)
    {
        double[] tokens = turns.Select(count).ToArray();
        double all = head + tokens.Sum() + tail, cut = all - limit, from = (all - cut) / 2, at = head;
        int first = 0, turnsCut = 0;
        foreach (double one in cut > 0 ? tokens : [])
        {
            first += at + one <= from ? 1 : 0;
            turnsCut += at + one > from && at < from + cut ? 1 : 0;
            at += one;
        }
        return (first, turnsCut);
    }

    private static bool Applies(QwenApi api) => api is QwenApi.Responses or QwenApi.Conversations;
}
