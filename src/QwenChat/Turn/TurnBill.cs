using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Turn;

/// <summary>
/// What one turn costs: estimated before it is sent and held against the limits, counted when the answer is there. Calls that serve
/// the turn, such as a summary or an embedding, have <see cref="Calls"/>.
/// </summary>
internal sealed class TurnBill
{
    private readonly QwenConversation _conversation;
    private readonly QwenOptions _options;
    private readonly IReadOnlyList<Budget> _others;
    private readonly NoticeQueue _notices;
    private readonly List<Reservation> _kept = [];
    private IReadOnlyList<Reservation> _reserved = [];

    public TurnBill(QwenConversation conversation, QwenOptions options, QwenModel? model, QwenConnection connection, IReadOnlyList<Budget> others,
        NoticeQueue notices)
    {
        _conversation = conversation;
        _options = options;
        _others = others;
        _notices = notices;
        Calls = new CallBill(conversation, others);
        SetsMarkers = CachePlan.UsesMarkers(conversation, options, model, connection, notices);
        UsesSessionCache = CachePlan.UsesSession(conversation, options, notices);
        Terms = new BillingTerms(options.Model!, connection.PriceRegion, SetsMarkers || UsesSessionCache);
    }

    /// <summary>What the turn's bill depends on.</summary>
    public BillingTerms Terms { get; }

    /// <summary>The bill of the calls that serve the turn.</summary>
    public CallBill Calls { get; }

    /// <summary>Whether the explicit cache's markers are set; then all text is in the form of arrays.</summary>
    public bool SetsMarkers { get; }

    /// <summary>Whether the session cache is asked for.</summary>
    public bool UsesSessionCache { get; }

    /// <summary>Whether anybody set a limit.</summary>
    public bool HasLimits => Calls.Budgets.Any(budget => budget.HasLimit);

    /// <summary>Holds a turn against the limits of the conversation and of the session.</summary>
    /// <param name="inputTokens">The estimated input; asked for only where there is a limit.</param>
    /// <exception cref="QwenException">The turn would pass a limit, or a limit of cost cannot be held.</exception>
    public void Check(Func<long> inputTokens)
    {
        if (HasLimits)
            Calls.Check(Forecast(inputTokens()));
    }

    /// <summary>Reserves what the turn may use, directly before it is sent; what it had reserved before is given back.</summary>
    /// <inheritdoc cref="Check"/>
    public async Task ReserveAsync(Func<long> inputTokens, CancellationToken cancellation)
    {
        ReleaseLast();
        if (HasLimits)
            _reserved = await Calls.ReserveAsync(Forecast(inputTokens()), cancellation).ConfigureAwait(false);
    }

    /// <summary>User code gets a piece of the answer: no other request waits for this one any more.</summary>
    public void Lend()
    {
        foreach (var reservation in _reserved)
            reservation.Lend();
        foreach (var reservation in _kept)
            reservation.Lend();
    }

    /// <summary>Keeps what was reserved until the turn ends: its request was answered, and the turn goes on with another.</summary>
    public void KeepReserved()
    {
        _kept.AddRange(_reserved);
        _reserved = [];
    }

    /// <summary>Gives back what was reserved.</summary>
    public void Release()
    {
        ReleaseLast();
        CallBill.Release(_kept);
        _kept.Clear();
    }

    private void ReleaseLast()
    {
        CallBill.Release(_reserved);
        _reserved = [];
    }

    /// <summary>Counts a turn that the conversation has taken in, which counts it for itself, in place of what was reserved.</summary>
    public void CountTurn(QwenTurn turn)
    {
        var entry = LedgerEntry.OfTurn(turn, _conversation.Connection);
        foreach (var budget in _others)
            budget.Ledger.Add(entry);
        Release();
        foreach (var budget in Calls.Budgets)
            budget.WarnIfPassed(_notices);
    }

    /// <summary>Counts the requests of a turn that was given up after some of them had been answered.</summary>
    public void CountRounds(IEnumerable<TurnRound> rounds)
    {
        foreach (var round in rounds)
            Calls.Count(round.Usage, Terms, CallPurpose.Turns);
    }

    /// <summary>What the turn is expected to use and cost.</summary>
    public Forecast Forecast(long inputTokens) => new(inputTokens, _options.MaxOutputTokens, Terms);

    /// <summary>The form in which a message is kept.</summary>
    public IReadOnlyList<QwenItem> InForm(IReadOnlyList<QwenItem> items) => SetsMarkers ? items.Select(CacheMarks.InParts).ToArray() : items;
}
