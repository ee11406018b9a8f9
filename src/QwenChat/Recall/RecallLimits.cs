using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Policy;

namespace QwenChat.Recall;

/// <summary>Computes which turns can be recalled, and how many tokens the recalled turns may use.</summary>
internal sealed class RecallLimits(QwenApi api, QwenModel? model, TurnPath path, TokenEstimate estimate)
{
    /// <summary>The maximum fraction of a request's token limit that recalled turns may use. The rest is for the latest turns.</summary>
    private const double Share = 0.5;

    /// <summary>The number of most recent turns that determine the expected length of a turn.</summary>
    private const int NewestTurns = 8;

    /// <summary>Whether the service keeps the history, adds it to the model's input, and may truncate it.</summary>
    public bool ServiceReads { get; } = api is QwenApi.Responses or QwenApi.Conversations;

    /// <summary>
    /// Returns the turns that the model does not read verbatim. These turns are omitted or summarized, or are in the middle of a request that exceeds the
    /// service's limit. The service drops that middle (wire §20).
    /// </summary>
    /// <param name="first">The index of the first turn that is sent, or kept by the service, verbatim.</param>
    /// <param name="items">The new items.</param>
    /// <param name="instructions">The instructions.</param>
    public RecallRange Unread(int first, IReadOnlyList<QwenItem> items, string? instructions)
    {
        if (!ServiceReads || PolicyCheck.SafeResponsesInput(model) is not { } limit)
            return new(first, first, first);
        var (before, count) = DroppedMiddle.TurnsCut(path.From(first), limit, turn => estimate.OfTurn(turn),
            CountAll([], instructions, path.Count), estimate.OfItems(items));
        int end = count == 0 ? first : Math.Max(first, CallPairs.AtOrBefore(path, items, first + before + count));
        return new(end, first, Math.Min(first + before, end));
    }

    /// <summary>Returns the number of tokens available for recalled turns in addition to the rest of the request.</summary>
    /// <param name="unread">The turns that the model does not read verbatim.</param>
    /// <param name="items">The new items.</param>
    /// <param name="instructions">The instructions without recalled text.</param>
    /// <param name="limit">The maximum number of tokens of the request; null if no maximum is known.</param>
    public double Room(RecallRange unread, IReadOnlyList<QwenItem> items, string? instructions, double? limit)
    {
        double? read = ServiceReads ? model?.ResponsesInput : (model?.MaxInputTokens ?? model?.ContextWindow) * ContextAssembler.SafeShare;
        double most = new[] { read, limit }.Min() ?? double.MaxValue;
        double rest = ServiceReads ? CountAll(items, instructions, unread.End) : estimate.OfRequest(items, instructions, unread.End);
        for (int index = unread.ReadFrom; index < unread.ReadTo; index++)
            rest += estimate.OfTurn(path[index]);
        return Math.Min(most * Share, most - rest);
    }

    /// <summary>
    /// Subtracts the expected size of recalled turns from a limit. Each recalled turn is expected to be as long as the longest of the most recent turns.
    /// </summary>
    /// <param name="limit">The limit; null for no limit.</param>
    /// <param name="count">The number of recalled turns.</param>
    public double? Without(double? limit, int count)
    {
        if (limit is null || path.Count == 0)
            return limit;
        double each = path.From(Math.Max(0, path.Count - NewestTurns)).Max(estimate.OfTurn);
        return limit - Math.Min(estimate.OfText(RecalledText.Frame) + count * each, limit.Value * Share);
    }

    /// <summary>Counts the tokens of a request locally, because the service does not count the tokens that it drops.</summary>
    private double CountAll(IReadOnlyList<QwenItem> items, string? instructions, int from) =>
        estimate.CountRequest(items, instructions, from) * estimate.Factor;
}
