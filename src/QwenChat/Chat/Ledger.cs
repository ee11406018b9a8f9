namespace QwenChat;

/// <summary>
/// What requests used and cost together: of a conversation, or of a session. One line for each model and currency, because sums of
/// different currencies are not added. Safe to use from several threads.
/// </summary>
internal sealed class Ledger
{
    private readonly object _gate = new();
    private readonly List<(string Model, string? Currency)> _order = [];
    private readonly Dictionary<(string Model, string? Currency), QwenMeasure> _lines = [];
    private readonly Dictionary<string, decimal> _counted = [];
    private long _tokens;
    private bool _hasUnpriced;
    private QwenUsage? _usage;

    /// <summary>The ledger of turns that were made before.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="connection">Whose prices hold.</param>
    /// <param name="total">What was used in all, turns that were taken back included; null when only the turns count.</param>
    /// <param name="counted">What of that counts towards limits; null when only the turns do.</param>
    public static Ledger Of(TurnPath path, QwenConnection connection, QwenUsage? total = null, LimitCount? counted = null)
    {
        var ledger = new Ledger();
        foreach (var turn in path.From(0))
            ledger.Add(LedgerEntry.OfTurn(turn, connection));
        ledger._usage = total ?? ledger._usage;
        if (counted is not null)
            ledger.Take(counted);
        return ledger;
    }

    /// <summary>What all requests used; null when nothing was counted.</summary>
    public QwenUsage? Usage
    {
        get { lock (_gate) return _usage; }
    }

    /// <summary>The tokens that count towards a limit.</summary>
    public long Tokens
    {
        get { lock (_gate) return _tokens; }
    }

    /// <summary>True when there was a request whose cost is not known, so that a limit of cost could not be held.</summary>
    public bool HasUnpriced
    {
        get { lock (_gate) return _hasUnpriced; }
    }

    /// <summary>The costs that count towards a limit, by currency.</summary>
    public IReadOnlyDictionary<string, decimal> Costs
    {
        get { lock (_gate) return new Dictionary<string, decimal>(_counted); }
    }

    /// <summary>All that counts towards limits.</summary>
    public LimitCount Counted
    {
        get { lock (_gate) return new LimitCount(_tokens, new Dictionary<string, decimal>(_counted), _hasUnpriced); }
    }

    /// <summary>The lines, in the order in which their models were first used.</summary>
    public IReadOnlyList<QwenMeasure> Lines
    {
        get { lock (_gate) return _order.Select(key => _lines[key]).ToArray(); }
    }

    public void Add(in LedgerEntry entry)
    {
        var key = (entry.Model, entry.Currency);
        lock (_gate)
        {
            if (!_lines.TryGetValue(key, out var line))
            {
                _order.Add(key);
                line = new QwenMeasure { Model = entry.Model, Currency = entry.Currency };
            }
            _lines[key] = line.Plus(entry);
            if (entry.Usage is not null)
                _usage += entry.Usage;
            _tokens += entry.Usage is { } usage ? usage.TotalTokens ?? (usage.InputTokens ?? 0) + (usage.OutputTokens ?? 0) : entry.EstimatedTokens;
            var counted = entry.Charge ?? entry.EstimatedCharge;
            if (counted is { } charge)
                _counted[charge.Currency] = _counted.GetValueOrDefault(charge.Currency) + charge.Amount;
            else if (entry.Usage is not null)
                _hasUnpriced = true;
        }
    }

    private void Take(LimitCount counted)
    {
        _tokens = counted.Tokens;
        _hasUnpriced = counted.HasUnpriced;
        _counted.Clear();
        foreach (var (currency, amount) in counted.Costs)
            _counted[currency] = amount;
    }
}
