using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Policy;

/// <summary>What a policy wants for the next request. Pure: made of turns, a policy and numbers alone.</summary>
/// <param name="First">The first turn that is sent word for word, from 0; the newest message always is.</param>
/// <param name="SummarizeThrough">How many of the first turns are to be summarized before that; 0 when nothing is to be done.</param>
internal sealed record ContextPlan(int First, int SummarizeThrough)
{
    /// <summary>The share of what the service takes that a request has after older turns were left out because it would have had more.</summary>
    public const double ShareAfterCut = 0.75;

    /// <summary>What a summary that is not written yet is taken to have: a quarter of what it replaces, and no more than is asked for.</summary>
    public static double ExpectedSummary(double replaced, double longest) => Math.Min(replaced / 4, longest);

    /// <summary>Plans a request. Looks at no turn that an earlier summary covers, nor at one that the policy leaves out.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="input">The new items behind them.</param>
    /// <param name="summarized">How many of the first turns have a summary that is sent in their place.</param>
    /// <param name="budget">Tokens and limits.</param>
    /// <param name="maySummarize">Whether a summary can be written.</param>
    public static ContextPlan Make(QwenContextPolicy policy, TurnPath path, IReadOnlyList<QwenItem> input, int summarized, ContextBudget budget,
        bool maySummarize)
    {
        // A policy that summarizes leaves out no turn that no summary covers, also when a summary cannot be written.
        int kept = policy.Summarizes && !maySummarize ? summarized : Math.Max(summarized, TruncatedFrom(policy, path, input, path.Count, budget.Turn));
        int through = 0;
        if (policy.Summarizes && maySummarize)
        {
            int verbatim = NewestFrom(path, input, policy.Verbatim);
            through = Math.Max(kept, OlderTurns(path, input, summarized, kept, verbatim, budget));
        }
        int first = Math.Max(kept, through);
        return new ContextPlan(Fit(path, input, first, budget), through > summarized ? through : 0);
    }

    /// <summary>Whether the request of the next turn will begin with another turn because of the number of turns.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="path">The turns so far.</param>
    /// <param name="input">The items of the turn behind them.</param>
    /// <param name="first">The first turn of this request.</param>
    /// <param name="tokens">The tokens of a turn.</param>
    /// <param name="inputTokens">The tokens of the items; those of their answer are not known yet.</param>
    public static bool MovesNext(QwenContextPolicy policy, TurnPath path, IReadOnlyList<QwenItem> input, int first, Func<QwenTurn, double> tokens,
        double inputTokens) => TruncatedFrom(policy, path, input, path.Count + 1, tokens, inputTokens) > first;

    /// <summary>
    /// Returns the index of the first turn to keep. It moves in steps of the slack plus one, so that it only depends on the turns, and is the same in
    /// a branch, after an undo and in another session. It moves with every turn while so few tokens are kept that the cache does not store them.
    /// </summary>
    private static int TruncatedFrom(QwenContextPolicy policy, TurnPath path, IReadOnlyList<QwenItem> input, int count, Func<QwenTurn, double> tokens,
        double found = 0)
    {
        if (policy.KeepTurns is not { } keep || count <= keep)
            return 0;
        long step = policy.SlackTurns is not null || HasAtLeast(CachePlan.LeastTokens, path, count - keep, tokens, found) ? policy.Slack + 1L : 1;
        int place = (int)((count - keep) / step * step);
        return place > path.Count ? place : TurnBorder.AtOrBefore(path, input, place);
    }

    /// <summary>Whether the turns from one on have so many tokens. Looks at no more of them than it has to, the newest first.</summary>
    private static bool HasAtLeast(int most, TurnPath path, int first, Func<QwenTurn, double> tokens, double found)
    {
        for (int at = path.Count - 1; at >= first && found < most; at--)
            found += tokens(path[at]);
        return found >= most;
    }

    /// <summary>Where the newest turns begin, one more of them where a tool call and its result would be parted.</summary>
    private static int NewestFrom(TurnPath path, IReadOnlyList<QwenItem> input, int turns) =>
        TurnBorder.AtOrBefore(path, input, Math.Max(0, path.Count - turns));

    /// <summary>
    /// Where the older half by tokens ends, and more where the request is to be shorter still; <paramref name="first"/> when it stays below the threshold.
    /// </summary>
    private static int OlderTurns(TurnPath path, IReadOnlyList<QwenItem> input, int summarized, int first, int end, ContextBudget budget)
    {
        if (budget.SummarizeAt is not { } most || end <= first)
            return first;
        // What leaves because of its number is in the summary too. Once that is as long as it may be, more turns are not looked at.
        double leaving = 0;
        foreach (var turn in path.Take(first).From(summarized).TakeWhile(_ => budget.Summary(leaving) < budget.LongestSummary))
            leaving += budget.Turn(turn);
        double all = budget.Request(first);
        if (all + budget.Summary(leaving) <= most || (summarized > 0 && all + budget.Summary(leaving) <= budget.Raised(budget.Request(end))))
            return first;
        double half = path.From(first).Sum(budget.Turn) / 2, taken = 0;
        for (int at = first; at < end; at++)
        {
            if (taken >= half && all - taken + budget.Summary(leaving + taken) <= (budget.SummarizeTo ?? most) && TurnBorder.AtOrBefore(path, input, at) == at)
                return at;
            taken += budget.Turn(path[at]);
        }
        return end;
    }

    /// <summary>
    /// Leaves out the oldest turns until the request is no longer than the service takes, where that is known. A few more leave than have to, and the
    /// place stays for as long as it can: a request that begins with another turn every time is never found in the context cache.
    /// </summary>
    private static int Fit(TurnPath path, IReadOnlyList<QwenItem> input, int first, ContextBudget budget)
    {
        if (budget.AtMost is not { } most || budget.Request(first) is var tokens && tokens <= most)
            return first;
        if (path.Last?.Sent?.First is { } before && before > first && before < path.Count && budget.Request(before) <= most)
            return before;
        most *= budget.ShareAfterCut;
        int at = first;
        for (; at < path.Count && (tokens > most || TurnBorder.AtOrBefore(path, input, at) < at); at++)
            tokens -= budget.Turn(path[at]);
        // What answers the last turn's call is not sent without it.
        return Math.Max(first, TurnBorder.AtOrBefore(path, input, at));
    }
}

/// <summary>The numbers that a plan is made with.</summary>
/// <param name="Request">The tokens of the request with the turns from a place on word for word, all else included.</param>
/// <param name="Turn">The tokens of a turn in it.</param>
/// <param name="SummarizeAt">The tokens above which older turns are to be summarized; null when they are not to be for their length.</param>
/// <param name="AtMost">The tokens above which the service is known to refuse a request; null when that is not known.</param>
internal sealed record ContextBudget(Func<int, double> Request, Func<QwenTurn, double> Turn, double? SummarizeAt, double? AtMost)
{
    /// <summary>The share of <see cref="AtMost"/> that a request has after turns were left out because it would have had more.</summary>
    public double ShareAfterCut { get; init; } = ContextPlan.ShareAfterCut;

    /// <summary>The tokens that a request is to have once older turns are summarized; null where their older half is enough.</summary>
    public double? SummarizeTo { get; init; }

    /// <summary>The most that <see cref="SummarizeAt"/> may be raised to; null where it is not raised.</summary>
    public double? LongestThreshold { get; init; }

    /// <summary>The tokens that a summary is expected to have at most.</summary>
    public double LongestSummary { get; init; } = QwenContextPolicy.DefaultMaxSummaryTokens / 2.0;

    /// <summary>What a summary that is not written yet is taken to have.</summary>
    public double Summary(double replaced) => ContextPlan.ExpectedSummary(replaced, LongestSummary);

    /// <summary>
    /// The threshold of a conversation that has a summary, where what has to be sent is more than the target, or half of the threshold: so much more than
    /// that as the threshold is more than the target. Else every turn would be followed by a summary of one turn.
    /// </summary>
    /// <param name="least">The tokens of a request with the fewest turns that it may have.</param>
    public double Raised(double least) => LongestThreshold is { } longest && SummarizeAt is { } at
        ? Math.Max(at, Math.Min(longest, least * at / (SummarizeTo ?? at / 2))) : SummarizeAt ?? double.MaxValue;
}
