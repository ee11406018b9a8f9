using System.Runtime.CompilerServices;
using QwenChat.Model;

namespace QwenChat.Cost;

/// <summary>
/// What requests used and cost together: of a conversation, or of a session. One line for each model and currency, because sums of
/// different currencies are not added. Safe to use from several threads.
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

    /// <summary>The connection's own ledger, the same in all runspaces of the process.</summary>
    public static Ledger OfConnection(QwenConnection connection) => s_ofConnections.GetValue(connection, static of => new Ledger
    {
        Paces = TokenPaces.Of(of, TimeProvider.System),
    });

    /// <summary>Spaces what is reserved out over the time; null where only totals count.</summary>
    public TokenPaces? Paces { get; init; }

    /// <summary>The ledger of turns that were made before.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="connection">Whose prices hold.</param>
    /// <param name="total">What was used in all, turns that were taken back included; null when only the turns count.</param>
    /// <param name="counted">What of that counts towards limits; null when only the turns do.</param>
    /// <param name="calls">The calls that were made besides; null for none.</param>
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

    /// <summary>The lines of calls that are no turns.</summary>
    public IReadOnlyList<QwenMeasure> CallLines => Lines.Where(line => line.Purpose != CallPurpose.Turns).ToArray();

    /// <summary>The lines, in the order in which their models were first used.</summary>
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

    /// <summary>Refuses a request by what was used, what is reserved and what the request is expected to use.</summary>
    /// <param name="forecast">What it is expected to use. Where its output is not known, the largest output so far is taken.</param>
    /// <param name="refuse">Throws when that is too much.</param>
    public void Check(Forecast forecast, Action<LimitCount, Forecast> refuse)
    {
        lock (_gate)
            refuse(Claimed(), WithOutput(forecast, _largestOutput));
    }

    /// <summary>
    /// Reserves what a request may use, or refuses it. How much an answer uses is known when there has been one, so until then one request
    /// is on its way, and the others wait; but not for one whose answer user code is reading already, which may be waiting for them.
    /// </summary>
    /// <param name="forecast">What it is expected to use.</param>
    /// <param name="longestOutput">The most output it can have, where nothing else is known.</param>
    /// <param name="refuse">Throws when that is too much.</param>
    /// <param name="cancellation">Ends the wait.</param>
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

    /// <summary>Reserves what a batch may use, or refuses it. Its tokens are none of a minute's.</summary>
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

    /// <summary>Gives back what was reserved.</summary>
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

    /// <summary>What was used and what is reserved.</summary>
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
