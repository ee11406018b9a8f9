namespace QwenChat.Model;

/// <summary>The summaries of a conversation, oldest first. Immutable. One holds as long as the turns that it covers are the conversation's.</summary>
internal sealed class SummaryList
{
    // An array, because PowerShell can index one from its end.
    private readonly QwenSummary[] _all;

    private SummaryList(QwenSummary[] all) => _all = all;

    public static SummaryList Empty { get; } = new([]);

    /// <summary>All of them, also those whose turns were taken back.</summary>
    public IReadOnlyList<QwenSummary> All => _all;

    /// <summary>Summaries that were read from elsewhere.</summary>
    public static SummaryList Of(IEnumerable<QwenSummary> summaries) => new([.. summaries]);

    /// <summary>Summaries that were read from elsewhere and tell of a path's turns by their number.</summary>
    public static SummaryList Of(IEnumerable<QwenSummary> summaries, TurnPath path) =>
        new([.. summaries.Where(summary => summary.LastTurn <= path.Count).Select(summary => summary with { Through = path[summary.LastTurn - 1].Id })]);

    /// <summary>The summaries whose turns are those of a path.</summary>
    public IReadOnlyList<QwenSummary> On(TurnPath path) => _all.Where(summary => Holds(summary, path)).ToArray();

    /// <summary>The one that stands for the path's first turns; null when none does.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="policy">The policy; null for none.</param>
    public QwenSummary? NewestOn(TurnPath path, QwenContextPolicy? policy)
    {
        for (int i = _all.Length - 1; i >= 0; i--)
        {
            if (CanStand(_all[i], path, policy))
                return _all[i];
        }
        return null;
    }

    /// <summary>With one more; those that do not hold on its path are given up.</summary>
    public SummaryList Add(QwenSummary summary, TurnPath path) => new([.. On(path), summary]);

    /// <summary>The same on a path whose turns say the same in other words, one for one.</summary>
    public SummaryList Moved(TurnPath from, TurnPath to) =>
        new([.. On(from).Where(summary => summary.LastTurn <= to.Count).Select(summary => summary with { Through = to[summary.LastTurn - 1].Id })]);

    /// <summary>
    /// Whether a summary can stand for a path's first turns: it tells of them, and leaves those that are kept word for word. An undo or a branch may
    /// end directly behind the turns of a summary, which is then of no use yet.
    /// </summary>
    public static bool CanStand(QwenSummary? summary, TurnPath path, QwenContextPolicy? policy) =>
        Holds(summary, path) && path.Count - summary!.LastTurn >= (summary.KeepVerbatim ?? (policy ?? new QwenContextPolicy()).Verbatim);

    /// <summary>Whether a summary tells of a path's own turns.</summary>
    public static bool Holds(QwenSummary? summary, TurnPath path) =>
        summary is not null && summary.LastTurn <= path.Count && path[summary.LastTurn - 1].Id == summary.Through;
}
