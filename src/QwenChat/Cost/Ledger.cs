using System.Runtime.CompilerServices;
using QwenChat.Model;

namespace QwenChat.Cost;

/// <summary>
/// The total usage and cost of the requests of a conversation, a connection or a session. The ledger has one line for each purpose, model and
/// currency. Amounts in different currencies are never added. Thread-safe.
/// </summary>
internal sealed class Ledger
{
    private static readonly ConditionalWeakTable<QwenConnection, Ledger> s_ofConnections = [];

    private readonly object _gate = new();
    private readonly List<QwenMeasure> _lines = [];
    private readonly Dictionary<string, decimal> _counted = [];
    private long _tokens;
    private bool _hasUnpriced;
    private QwenUsage? _usage;
    private readonly HashSet<Reservation> _reserved = [];
    private long? _largestOutput;
    private Reservation? _first;

    /// <summary>Returns the connection's ledger, which all runspaces of the process share.</summary>
    public static Ledger OfConnection(QwenConnection connection) => s_ofConnections.GetValue(connection, static of => new Ledger
    {
        Paces = TokenRateLimits.Of(of, TimeProvider.System),
    });

    /// <summary>The rate limits that delay reserved requests; null if only totals are limited.</summary>
    public TokenRateLimits? Paces { get; init; }

    /// <summary>Creates the ledger of existing turns.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="connection">The connection that determines the prices.</param>
    /// <param name="total">The total usage, including undone turns; null if only the turns count.</param>
    /// <param name="counted">The amounts that count against limits; null if only the turns count.</param>
    /// <param name="calls">The calls outside turns; null for no calls.</param>
    public static Ledger Of(TurnPath path, QwenConnection connection, QwenUsage? total = null, LimitCount? counted = null,
        IReadOnlyList<CallLine>? calls = null)
    {
        var ledger = new Ledger();
        foreach (var turn in path.From(0))
            ledger.Add(LedgerEntry.OfTurn(turn, connection));
        foreach (var call in calls ?? [])
        {
            if (ledger.LineOf(call.Purpose, call.Model, call.Currency) < 0)
                ledger._lines.Add(call.ToMeasure());
        }
        ledger._usage = total ?? ledger._usage;
        if (counted is not null)
            ledger.Take(counted);
        return ledger;
    }

    /// <summary>The total usage; null if nothing was reported.</summary>
    public QwenUsage? Usage
    {
        get { lock (_gate) return _usage; }
    }

    public long Tokens
    {
        get { lock (_gate) return _tokens; }
    }

    /// <summary>True if the cost of a request is not known and therefore not counted.</summary>
    public bool HasUnpriced
    {
        get { lock (_gate) return _hasUnpriced; }
    }

    public IReadOnlyDictionary<string, decimal> Costs
    {
        get { lock (_gate) return new Dictionary<string, decimal>(_counted); }
    }

    public LimitCount Counted
    {
        get { lock (_gate) return new LimitCount(_tokens, new Dictionary<string, decimal>(_counted), _hasUnpriced); }
    }

    public IReadOnlyList<QwenMeasure> CallLines => Lines.Where(line => line.Purpose != CallPurpose.Turns).ToArray();

    /// <summary>One line for each purpose, model and currency, in the order of first use.</summary>
    public IReadOnlyList<QwenMeasure> Lines
    {
        get { lock (_gate) return _lines.ToArray(); }
    }

    public void Add(in LedgerEntry entry)
    {
        lock (_gate)
        {
            int line = LineOf(entry.Purpose, entry.Model, entry.Currency);
            if (line < 0)
                _lines.Add(new QwenMeasure { Purpose = entry.Purpose, Model = entry.Model, Currency = entry.Currency }.Plus(entry));
            else
                _lines[line] = _lines[line].Plus(entry);
            if (entry.Usage is not null)
                _usage += entry.Usage;
            _tokens = SaturatingMath.Add(_tokens, Math.Max(entry.Usage?.CountTokens() ?? 0, entry.EstimatedTokens));
            if (entry.OutputTokens is { } output)
                _largestOutput = Math.Max(_largestOutput ?? 0, output);
            var counted = entry.Charge ?? entry.EstimatedCharge;
            if (counted is { } charge)
                _counted[charge.Currency] = SaturatingMath.Add(_counted.GetValueOrDefault(charge.Currency), charge.Amount);
            else if (entry.Usage is not null)
                _hasUnpriced = true;
        }
        if (!entry.IsBatch)
            Paces?.Charge(entry.Model, Math.Max(entry.Usage?.CountTokens() ?? 0, entry.EstimatedTokens));
    }

    /// <summary>Checks a request, given the usage so far, the reservations and its expected usage.</summary>
    /// <param name="forecast">The expected usage. If its output is not known, the largest output so far is assumed.</param>
    /// <param name="refuse">Throws if a limit would be exceeded.</param>
    public void Check(Forecast forecast, Action<LimitCount, Forecast> refuse)
    {
        lock (_gate)
            refuse(Claimed(), WithOutput(forecast, _largestOutput));
    }

    /// <summary>
    /// Reserves the expected usage of a request, or rejects the request. Until the first reply, output sizes are unknown, so requests without an output
    /// limit wait until the first request ends. The wait also ends when user code receives a chunk of the first reply, because that code may wait for the
    /// next request.
    /// </summary>
    /// <param name="forecast">The expected usage.</param>
    /// <param name="longestOutput">The output to assume if nothing else is known.</param>
    /// <param name="refuse">Throws if a limit would be exceeded.</param>
    /// <param name="cancellation">Cancels waiting.</param>
    public async Task<Reservation> ReserveAsync(Forecast forecast, long longestOutput, Action<LimitCount, Forecast> refuse, CancellationToken cancellation)
    {
        var reservation = await ClaimAsync(forecast, longestOutput, refuse, cancellation).ConfigureAwait(false);
        if (Paces is null)
            return reservation;
        try
        {
            await Paces.EnterAsync(forecast.Terms.Model, reservation, cancellation).ConfigureAwait(false);
        }
        catch
        {
            reservation.Dispose();
            throw;
        }
        return reservation;
    }

    /// <summary>Reserves the expected usage of a batch, or rejects the batch. Batch tokens do not count against per-minute limits.</summary>
    public Reservation ReserveUnpaced(Forecast forecast, Action<LimitCount, Forecast> refuse)
    {
        lock (_gate)
        {
            refuse(Claimed(), forecast);
            var reservation = new Reservation(this, forecast.Tokens, forecast.Charge);
            _reserved.Add(reservation);
            return reservation;
        }
    }

    private async Task<Reservation> ClaimAsync(Forecast forecast, long longestOutput, Action<LimitCount, Forecast> refuse, CancellationToken cancellation)
    {
        while (true)
        {
            Task decided;
            lock (_gate)
            {
                bool isUnknown = forecast.OutputTokens is null && _largestOutput is null;
                if (!isUnknown || _first is null or { IsLent: true })
                {
                    var expected = WithOutput(forecast, isUnknown && _first is not null ? longestOutput : _largestOutput);
                    refuse(Claimed(), expected);
                    var reservation = new Reservation(this, expected.Tokens, expected.Charge);
                    if (isUnknown)
                        _first ??= reservation;
                    _reserved.Add(reservation);
                    return reservation;
                }
                decided = _first.Decided;
            }
            await decided.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    public void Release(Reservation reservation)
    {
        lock (_gate)
        {
            _reserved.Remove(reservation);
            if (_first == reservation)
                _first = null;
        }
        foreach (var pace in reservation.Charged)
            pace.Charge(-reservation.Tokens);
    }

    private int LineOf(string purpose, string model, string? currency) =>
        _lines.FindIndex(line => line.Purpose == purpose && line.Model == model && line.Currency == currency);

    private static Forecast WithOutput(Forecast forecast, long? output) => forecast.OutputTokens is null ? forecast with { OutputTokens = output } : forecast;

    /// <summary>Returns the usage including reservations.</summary>
    private LimitCount Claimed()
    {
        long tokens = _tokens;
        var costs = new Dictionary<string, decimal>(_counted);
        foreach (var reservation in _reserved)
        {
            tokens = SaturatingMath.Add(tokens, reservation.Tokens);
            if (reservation.Charge is { } charge)
                costs[charge.Currency] = SaturatingMath.Add(costs.GetValueOrDefault(charge.Currency), charge.Amount);
        }
        return new LimitCount(tokens, costs, _hasUnpriced);
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
