using QwenChat.Cost;

namespace QwenChat.Model;

/// <summary>
/// The turns of a conversation, the items that wait for the next turn, the summaries, and the running totals: what a turn or an edit changes, under
/// one lock, so that a reader never sees a turn without its cost or a summary of turns that are gone.
/// </summary>
internal sealed class ConversationTranscript
{
    private readonly object _gate = new();
    private TurnPath _path;
    private QwenItem[] _pending;
    private SummaryList _summaries;
    private Ledger? _ledger;

    public ConversationTranscript(TurnPath path, IReadOnlyList<QwenItem> pending, SummaryList summaries)
    {
        _path = path;
        _pending = [.. pending];
        _summaries = summaries;
    }

    public TurnPath Path
    {
        get { lock (_gate) return _path; }
    }

    public IReadOnlyList<QwenItem> Pending
    {
        get { lock (_gate) return _pending; }
    }

    /// <summary>All summaries, those of turns that were taken back included.</summary>
    public SummaryList AllSummaries
    {
        get { lock (_gate) return _summaries; }
    }

    /// <summary>The summaries of the turns there are.</summary>
    public IReadOnlyList<QwenSummary> Summaries
    {
        get { lock (_gate) return _summaries.On(_path); }
    }

    /// <summary>The summary that stands for the first turns; null when there is none.</summary>
    /// <param name="policy">Says which turns are never summarised.</param>
    public QwenSummary? NewestSummary(QwenContextPolicy? policy)
    {
        lock (_gate)
            return _summaries.NewestOn(_path, policy);
    }

    /// <summary>The running totals. The turns are added up when they are first read, so that a branch costs nothing.</summary>
    /// <param name="connection">Says what the turns cost.</param>
    public Ledger LedgerOver(QwenConnection connection)
    {
        lock (_gate)
            return _ledger ??= Ledger.Of(_path, connection);
    }

    /// <summary>What calls that are no turns used and cost. Adds up no turns: before there was such a call, there is no need for it.</summary>
    public IReadOnlyList<CallLine> CallLines
    {
        get
        {
            lock (_gate)
                return _ledger?.CallLines.Select(CallLine.Of).ToArray() ?? [];
        }
    }

    /// <summary>Adds a turn that took up the first pending items.</summary>
    public TurnPath Append(QwenTurn turn, int pendingTaken, QwenConnection connection)
    {
        lock (_gate)
        {
            _path = _path.Append(turn);
            _pending = _pending[pendingTaken..];
            _ledger?.Add(LedgerEntry.OfTurn(turn, connection));
            return _path;
        }
    }

    public void AddSummary(QwenSummary summary)
    {
        lock (_gate)
            _summaries = _summaries.Add(summary, _path);
    }

    public void ReplaceSummaries(SummaryList summaries)
    {
        lock (_gate)
            _summaries = summaries;
    }

    public void AddPending(IEnumerable<QwenItem> items)
    {
        lock (_gate)
            _pending = [.. _pending, .. items];
    }

    public void ReplacePending(IEnumerable<QwenItem> items)
    {
        lock (_gate)
            _pending = [.. items];
    }

    /// <summary>Continues from other turns. The running totals stay: they were spent.</summary>
    public void MoveTo(TurnPath path, IReadOnlyList<QwenItem>? pending, QwenConnection connection)
    {
        lock (_gate)
        {
            if (_path.Count > 0)
                _ledger ??= Ledger.Of(_path, connection);
            _path = path;
            if (pending is not null)
                _pending = [.. pending];
        }
    }

    public (TurnPath Path, IReadOnlyList<QwenItem> Pending, QwenUsage? Usage, LimitCount Counted) Snapshot(QwenConnection connection)
    {
        lock (_gate)
        {
            var ledger = _ledger ??= Ledger.Of(_path, connection);
            return (_path, _pending, ledger.Usage, ledger.Counted);
        }
    }

    /// <summary>Fills it with what was read from a store or a file.</summary>
    public void Restore(TurnPath path, IReadOnlyList<QwenItem> pending, Ledger ledger)
    {
        lock (_gate)
        {
            _path = path;
            _pending = [.. pending];
            _ledger = ledger;
        }
    }
}
