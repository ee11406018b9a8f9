namespace QwenChat;

/// <summary>One request that was paid for: a turn, or a call that serves a conversation, such as a summary or an embedding.</summary>
internal readonly record struct LedgerEntry(string Model, QwenUsage? Usage, Charge? Charge)
{
    /// <summary>False for calls that are no turn.</summary>
    public bool IsTurn { get; init; }

    /// <summary>The tokens that count towards a limit where the service reported none.</summary>
    public long EstimatedTokens { get; init; }

    /// <summary>What counts towards a limit where the service reported no usage.</summary>
    public Charge? EstimatedCharge { get; init; }

    /// <summary>The currency of the model's price; null where none is known.</summary>
    public string? Currency { get; init; }

    /// <summary>The entry of a turn.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="connection">Whose prices hold for a turn that does not say.</param>
    public static LedgerEntry OfTurn(QwenTurn turn, QwenConnection connection)
    {
        var terms = RequestCost.TermsOf(turn, connection);
        var charge = RequestCost.Of(turn, connection);
        return new LedgerEntry(terms.Model, turn.Usage, charge)
        {
            IsTurn = true,
            EstimatedTokens = turn.Usage is null ? turn.EstimatedUsage?.InputTokens + turn.EstimatedUsage?.OutputTokens ?? 0 : 0,
            EstimatedCharge = turn.Usage is null ? RequestCost.Of(turn.EstimatedUsage, terms, thinks: false) : null,
            Currency = charge?.Currency ?? (turn.Usage is null ? RequestCost.PriceOf(terms, 0)?.Currency : null),
        };
    }

    /// <summary>The entry of another call: a summary, an embedding.</summary>
    public static LedgerEntry OfCall(QwenUsage? usage, BillingTerms terms)
    {
        // An embedding has no output; its missing count is then no gap.
        var charge = RequestCost.Of(usage is { OutputTokens: null } ? usage with { OutputTokens = 0 } : usage, terms, usage?.ReasoningTokens > 0);
        return new LedgerEntry(terms.Model, usage, charge) { Currency = charge?.Currency };
    }
}

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
    public static Ledger Of(TurnPath path, QwenConnection connection)
    {
        var ledger = new Ledger();
        foreach (var turn in path.From(0))
            ledger.Add(LedgerEntry.OfTurn(turn, connection));
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
}
