using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Policy;

/// <summary>The plan for the next request: the turns to send verbatim, and the turns to summarize first.</summary>
/// <param name="First">The index of the first turn that is sent verbatim. The newest message is always sent.</param>
/// <param name="SummarizeThrough">The number of turns, counted from the first, to summarize before the request is sent; 0 for no summary.</param>
internal sealed record TruncationBorder(int First, int SummarizeThrough)
{
    /// <summary>The share of the service's limit that a request may use after older turns are omitted because the request exceeded the limit.</summary>
    public const double ShareAfterCut = 0.75;

    /// <summary>Returns the expected size of a summary: a quarter of the replaced text, but at most the expected maximum size.</summary>
    public static double ExpectedSummary(double replaced, double longest) => Math.Min(replaced / 4, longest);

    /// <summary>Plans a request. Does not examine turns that an earlier summary covers.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="input">The new items after the turns.</param>
    /// <param name="summarized">The number of turns, counted from the first, that a summary replaces.</param>
    /// <param name="budget">The token counts and limits.</param>
    /// <param name="maySummarize">Whether a summary can be written.</param>
    public static TruncationBorder Make(QwenContextPolicy policy, TurnPath path, IReadOnlyList<QwenItem> input, int summarized, ContextBudget budget,
        bool maySummarize)
    {
        // A policy that summarizes omits only turns that a summary covers, even when a new summary cannot be written.
        int kept = policy.Summarizes && !maySummarize ? summarized : Math.Max(summarized, TruncatedFrom(policy, path, input, path.Count, budget.Turn));
        int through = 0;
        if (policy.Summarizes && maySummarize)
        {
            int verbatim = NewestFrom(path, input, policy.Verbatim);
            through = Math.Max(kept, OlderTurns(path, input, summarized, kept, verbatim, budget));
        }
        int first = Math.Max(kept, through);
        return new TruncationBorder(Fit(path, input, first, budget), through > summarized ? through : 0);
    }

    /// <summary>Returns whether the turn limit will make the next request begin at a different turn.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="input">The items of the current turn, which follows the path.</param>
    /// <param name="first">The index of the first turn in the current request.</param>
    /// <param name="tokens">Counts the tokens of a turn.</param>
    /// <param name="inputTokens">The tokens of the items; the tokens of the reply are not known yet.</param>
    public static bool MovesNext(QwenContextPolicy policy, TurnPath path, IReadOnlyList<QwenItem> input, int first, Func<QwenTurn, double> tokens,
        double inputTokens) => TruncatedFrom(policy, path, input, path.Count + 1, tokens, inputTokens) > first;

    /// <summary>
    /// Returns the index of the first turn to keep. The index depends only on the turns, so it is the same in every branch and session. The index moves in
    /// steps of (slack + 1) turns. With the default slack, the step is one turn until the kept turns have enough tokens for the cache.
    /// </summary>
    private static int TruncatedFrom(QwenContextPolicy policy, TurnPath path, IReadOnlyList<QwenItem> input, int count, Func<QwenTurn, double> tokens,
        double found = 0)
    {
        if (policy.KeepTurns is not { } keep || count <= keep)
            return 0;
        long step = policy.SlackTurns is not null || HasAtLeast(CacheMarkers.LeastTokens, path, count - keep, tokens, found) ? policy.Slack + 1L : 1;
        int place = (int)((count - keep) / step * step);
        return place > path.Count ? place : CallPairs.AtOrBefore(path, input, place);
    }

    /// <summary>
    /// Returns whether the turns from an index on have at least the specified number of tokens. Examines as few turns as possible, newest first.
    /// </summary>
    private static bool HasAtLeast(int most, TurnPath path, int first, Func<QwenTurn, double> tokens, double found)
    {
        for (int at = path.Count - 1; at >= first && found < most; at--)
            found += tokens(path[at]);
        return found >= most;
    }

    /// <summary>Returns the index at which the most recent turns begin, or an earlier index that keeps a tool call with its result.</summary>
    private static int NewestFrom(TurnPath path, IReadOnlyList<QwenItem> input, int turns) =>
        CallPairs.AtOrBefore(path, input, Math.Max(0, path.Count - turns));

    /// <summary>
    /// Returns the index after the turns to summarize: the older half, measured in tokens, or more if the request must be shorter. Returns
    /// <paramref name="first"/> if the request stays below the threshold.
    /// </summary>
    private static int OlderTurns(TurnPath path, IReadOnlyList<QwenItem> input, int summarized, int first, int end, ContextBudget budget)
    {
        if (budget.SummarizeAt is not { } most || end <= first)
            return first;
        // The summary also covers turns that the turn limit omits. Once the summary reaches its maximum size, no more turns are examined.
        double leaving = 0;
        foreach (var turn in path.Take(first).From(summarized).TakeWhile(_ => budget.Summary(leaving) < budget.LongestSummary))
            leaving += budget.Turn(turn);
        double all = budget.Request(first);
        if (all + budget.Summary(leaving) <= most || (summarized > 0 && all + budget.Summary(leaving) <= budget.Raised(budget.Request(end))))
            return first;
        double half = path.From(first).Sum(budget.Turn) / 2, taken = 0;
        for (int at = first; at < end; at++)
        {
            if (taken >= half && all - taken + budget.Summary(leaving + taken) <= (budget.SummarizeTo ?? most)
                && CallPairs.AtOrBefore(path, input, at) == at)
                return at;
            taken += budget.Turn(path[at]);
        }
        return end;
    }

    /// <summary>
    /// Omits the oldest turns of a request that exceeds the service's limit. A few more turns than necessary are omitted, so that the next requests begin with
    /// the same turn and hit the context cache.
    /// </summary>
    private static int Fit(TurnPath path, IReadOnlyList<QwenItem> input, int first, ContextBudget budget)
    {
        if (budget.AtMost is not { } most || budget.Request(first) is var tokens && tokens <= most)
            return first;
        if (path.Last?.Sent?.First is { } before && before > first && before < path.Count && budget.Request(before) <= most)
            return before;
        most *= budget.ShareAfterCut;
        int at = first;
        for (; at < path.Count && (tokens > most || CallPairs.AtOrBefore(path, input, at) < at); at++)
            tokens -= budget.Turn(path[at]);
        // Items that answer the last turn's call are not sent without that call.
        return Math.Max(first, CallPairs.AtOrBefore(path, input, at));
    }
}

/// <summary>The token counts and limits from which a plan is computed.</summary>
/// <param name="Request">Returns the total tokens of a request that contains the turns from an index on verbatim.</param>
/// <param name="Turn">Returns the tokens of a turn in a request.</param>
/// <param name="SummarizeAt">The number of tokens above which older turns are summarized; null if the policy does not summarize.</param>
/// <param name="AtMost">The number of tokens above which the service is known to reject a request; null if this number is not known.</param>
internal sealed record ContextBudget(Func<int, double> Request, Func<QwenTurn, double> Turn, double? SummarizeAt, double? AtMost)
{
    /// <summary>The share of <see cref="AtMost"/> that a request may use after turns are omitted because the request exceeded the limit.</summary>
    public double ShareAfterCut { get; init; } = TruncationBorder.ShareAfterCut;

    /// <summary>The target size of a request after summarizing; null if summarizing the older half is sufficient.</summary>
    public double? SummarizeTo { get; init; }

    /// <summary>The maximum value that <see cref="SummarizeAt"/> may be raised to; null if the threshold is not raised.</summary>
    public double? LongestThreshold { get; init; }

    /// <summary>The expected maximum size of a summary.</summary>
    public double LongestSummary { get; init; } = QwenContextPolicy.DefaultMaxSummaryTokens / 2.0;

    public double Summary(double replaced) => TruncationBorder.ExpectedSummary(replaced, LongestSummary);

    /// <summary>
    /// Returns the threshold for a conversation that has a summary. If the smallest possible request exceeds the target (by default, half of the threshold),
    /// the threshold is raised in proportion. Without the higher threshold, every turn would require a new summary.
    /// </summary>
    /// <param name="least">The tokens of the smallest possible request.</param>
    public double Raised(double least) => LongestThreshold is { } longest && SummarizeAt is { } at
        ? Math.Max(at, Math.Min(longest, least * at / (SummarizeTo ?? at / 2))) : SummarizeAt ?? double.MaxValue;
}
