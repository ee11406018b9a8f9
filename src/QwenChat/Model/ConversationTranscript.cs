using QwenChat.Cost;

namespace QwenChat.Model;

/// <summary>
/// The turns of a conversation, its pending items, the summaries and the running totals. All parts change together under one lock, so that a reader never
/// sees a turn without its cost, or a summary of removed turns.
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

    public IReadOnlyList<QwenItem> Pending => Volatile.Read(ref _pending);

    /// <summary>All summaries, including those of undone turns.</summary>
    public SummaryList AllSummaries
    {
        get { lock (_gate) return _summaries; }
    }

    public IReadOnlyList<QwenSummary> Summaries
    {
        get { lock (_gate) return _summaries.On(_path); }
    }

    /// <summary>Returns the summary that replaces the first turns in requests; null if no summary can replace them.</summary>
    /// <param name="policy">The policy, which determines the turns that are never summarized.</param>
    public QwenSummary? NewestSummary(QwenContextPolicy? policy)
    {
        lock (_gate)
            return _summaries.NewestOn(_path, policy);
    }

    /// <summary>Returns the running totals. The turns are totaled on first access, so that creating a branch stays fast.</summary>
    public Ledger LedgerOver(QwenConnection connection)
    {
        lock (_gate)
            return _ledger ??= Ledger.Of(_path, connection);
    }

    /// <summary>
    /// The usage and cost of calls outside turns. These calls create the ledger, so there are no such calls without a ledger, and the turns need not be
    /// totaled.
    /// </summary>
    public IReadOnlyList<CallLine> CallLines
    {
        get
        {
            lock (_gate)
                return _ledger?.CallLines.Select(CallLine.Of).ToArray() ?? [];
        }
    }

    /// <summary>Adds a turn that includes the first <paramref name="pendingTaken"/> pending items.</summary>
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

    /// <summary>Replaces the turns. The running totals still include removed turns, because their tokens have been billed.</summary>
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
