using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Policy;

namespace QwenChat.Recall;

/// <summary>How far a recall looks, and how much it may take. Pure: it only counts.</summary>
/// <param name="api">Who keeps the history.</param>
/// <param name="model">What is known of the model; null for one that nobody knows.</param>
/// <param name="path">The turns so far.</param>
/// <param name="estimate">Counts tokens.</param>
internal sealed class RecallLimits(QwenApi api, QwenModel? model, TurnPath path, TokenEstimate estimate)
{
    /// <summary>The share of a request that recalled turns may have: what was said last matters too.</summary>
    private const double Share = 0.5;

    /// <summary>So many of the newest turns say how long a turn is.</summary>
    private const int NewestTurns = 8;

    /// <summary>Whether the service itself keeps what is said, puts it before the model, and may cut it.</summary>
    public bool ServiceReads { get; } = api is QwenApi.Responses or QwenApi.Conversations;

    /// <summary>
    /// How many of the first turns the model does not see word for word: those that are left out or summarised, and those that the
    /// service is taken to cut, the oldest, because the whole is more than it reads (qwen-api §2.3).
    /// </summary>
    /// <param name="first">The first turn that is sent, or kept by the service, word for word.</param>
    /// <param name="items">The new items.</param>
    /// <param name="instructions">The system text.</param>
    public int Unseen(int first, IReadOnlyList<QwenItem> items, string? instructions)
    {
        if (!ServiceReads || PolicyCheck.SafeResponsesInput(model) is not { } read)
            return first;
        int at = first;
        double tokens = CountAll(items, instructions, at);
        for (; at < path.Count && tokens > read; at++)
            tokens -= estimate.OfTurn(path[at]);
        return Math.Max(first, TurnBorder.AtOrBefore(path, items, at));
    }

    /// <summary>The tokens that recalled turns may have beside what is in the request.</summary>
    /// <param name="end">The first turn that the model sees word for word.</param>
    /// <param name="items">The new items.</param>
    /// <param name="instructions">The system text without what is recalled.</param>
    /// <param name="limit">The most that the request may have; null when that is not known.</param>
    public double Room(int end, IReadOnlyList<QwenItem> items, string? instructions, double? limit)
    {
        double? read = ServiceReads ? model?.ResponsesInput : (model?.MaxInputTokens ?? model?.ContextWindow) * ContextPlanner.SafeShare;
        double most = new[] { read, limit }.Min() ?? double.MaxValue;
        return Math.Min(most * Share, most - (ServiceReads ? CountAll(items, instructions, end) : estimate.OfRequest(items, instructions, end)));
    }

    /// <summary>What of a limit is left beside the turns that will be recalled, if they are as long as the longest of the newest.</summary>
    /// <param name="limit">The limit; null for none.</param>
    /// <param name="count">How many turns.</param>
    public double? Without(double? limit, int count)
    {
        if (limit is null || path.Count == 0)
            return limit;
        double each = path.From(Math.Max(0, path.Count - NewestTurns)).Max(estimate.OfTurn);
        return limit - Math.Min(estimate.OfText(RecalledText.Frame) + count * each, limit.Value * Share);
    }

    /// <summary>The tokens of a request by our own count: what the service reports of one that it has cut is what was left of it.</summary>
    private double CountAll(IReadOnlyList<QwenItem> items, string? instructions, int from) =>
        estimate.CountRequest(items, instructions, from) * estimate.Factor;
}
