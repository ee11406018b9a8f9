namespace QwenChat.Model;

/// <summary>
/// The summaries of a conversation, oldest first. Immutable. A summary is valid as long as the conversation contains the turns that it covers.
/// </summary>
internal sealed class SummaryList
{
    private readonly QwenSummary[] _all;

    private SummaryList(QwenSummary[] all) => _all = all;

    public static SummaryList Empty { get; } = new([]);

    /// <summary>All summaries, including those of undone turns.</summary>
    public IReadOnlyList<QwenSummary> All => _all;

    /// <summary>Creates a list of summaries read from a file or a store.</summary>
    public static SummaryList Of(IEnumerable<QwenSummary> summaries) => new([.. summaries]);

    /// <summary>Creates a list of summaries that were read from a file or a store and refer to a path's turns by number.</summary>
    public static SummaryList Of(IEnumerable<QwenSummary> summaries, TurnPath path) =>
        new([.. summaries.Where(summary => summary.LastTurn <= path.Count).Select(summary => summary with { Through = path[summary.LastTurn - 1].Id })]);

    /// <summary>
    /// Returns the summaries that are valid for a path. An array, because PowerShell cannot index the list that a collection expression creates.
    /// </summary>
    public IReadOnlyList<QwenSummary> On(TurnPath path) => _all.Where(summary => Holds(summary, path)).ToArray();

    /// <summary>Returns the summary that replaces the first turns of the path; null if no summary can replace them.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="policy">The policy; null for no policy.</param>
    public QwenSummary? NewestOn(TurnPath path, QwenContextPolicy? policy)
    {
        for (int i = _all.Length - 1; i >= 0; i--)
        {
            if (CanStand(_all[i], path, policy))
                return _all[i];
        }
        return null;
    }

    /// <summary>Returns the summaries that are valid for the path, with one more summary added.</summary>
    public SummaryList Add(QwenSummary summary, TurnPath path) => new([.. On(path), summary]);

    /// <summary>Returns the same summaries for a path with equivalent turns at the same positions.</summary>
    public SummaryList Moved(TurnPath from, TurnPath to) =>
        new([.. On(from).Where(summary => summary.LastTurn <= to.Count).Select(summary => summary with { Through = to[summary.LastTurn - 1].Id })]);

    /// <summary>
    /// Returns whether a summary can replace the first turns of a path. The summary must be valid for the path, and must not cover turns that must be sent
    /// verbatim. After an undo or in a branch, the summary may cover such turns.
    /// </summary>
    public static bool CanStand(QwenSummary? summary, TurnPath path, QwenContextPolicy? policy) =>
        Holds(summary, path) && path.Count - summary!.LastTurn >= (summary.KeepVerbatim ?? (policy ?? new QwenContextPolicy()).Verbatim);

    public static bool Holds(QwenSummary? summary, TurnPath path) =>
        summary is not null && summary.LastTurn <= path.Count && path[summary.LastTurn - 1].Id == summary.Through;
}
