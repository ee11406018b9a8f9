using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Turn;

/// <summary>
/// The cost of one turn. The cost is estimated and checked against limits before sending, and counted after the response. Additional calls,
/// such as a summary or an embedding, are counted in <see cref="Calls"/>.
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
        NoticeQueue notices, bool isBatch = false)
    {
        _conversation = conversation;
        _options = options;
        _others = others;
        _notices = notices;
        Calls = new CallBill(conversation, others);
        // "Batch calls get no cache discount" (wire §9).
        SetsMarkers = !isBatch && CacheMarkers.UsesMarkers(conversation, options, model, connection, notices);
        UsesSessionCache = !isBatch && CacheMarkers.UsesSession(conversation, options, notices);
        Terms = new BillingTerms(options.Model!, connection.PriceRegion, SetsMarkers || UsesSessionCache) { IsBatch = isBatch };
    }

    public BillingTerms Terms { get; }

    public CallBill Calls { get; }

    /// <summary>Whether markers of the explicit cache are set. If so, all text is written as arrays of parts.</summary>
    public bool SetsMarkers { get; }

    public bool UsesSessionCache { get; }

    public bool HasLimits => Calls.Budgets.Any(budget => budget.HasLimit);

    /// <summary>Checks the turn against the limits.</summary>
    /// <param name="inputTokens">Returns the estimated input; called only if a limit applies.</param>
    /// <exception cref="QwenException">The turn would exceed a limit, or a cost limit cannot be enforced.</exception>
    public void Check(Func<long> inputTokens)
    {
        if (HasLimits)
            Calls.Check(Forecast(inputTokens()));
    }

    /// <summary>Reserves the expected usage directly before sending, and releases the previous reservation.</summary>
    /// <inheritdoc cref="Check"/>
    public async Task ReserveAsync(Func<long> inputTokens, CancellationToken cancellation)
    {
        ReleaseLast();
        if (HasLimits)
            _reserved = await Calls.ReserveAsync(Forecast(inputTokens()), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Called when user code receives a chunk of the reply. Other requests then no longer wait for this request, because the user code may itself wait for
    /// another request.
    /// </summary>
    public void Lend()
    {
        foreach (var reservation in _reserved)
            reservation.Lend();
        foreach (var reservation in _kept)
            reservation.Lend();
    }

    /// <summary>Keeps the reservation until the turn ends, because the turn continues with another request.</summary>
    public void KeepReserved()
    {
        _kept.AddRange(_reserved);
        _reserved = [];
    }

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

    /// <summary>
    /// Replaces the reservation with the usage of a turn that was added to the conversation. The conversation's own total already includes the turn.
    /// </summary>
    public void CountTurn(QwenTurn turn, LedgerEntry entry)
    {
        foreach (var budget in _others)
            budget.Ledger.Add(entry);
        Release();
        foreach (var budget in Calls.Budgets)
            budget.WarnIfPassed(_notices);
        if (entry is { Charge: null, EstimatedCharge: not null } && turn.Usage?.Tools is { } tools && Calls.Budgets.Any(budget => budget.CostLimit is not null)
            && _conversation.WarnOnce("tool price"))
            _notices.Warn($"The price of the service tools is not known in this region ({tools}). "
                + "For messages that use these tools, -CostLimit counts only tokens.");
    }

    /// <summary>Counts the completed requests of an abandoned turn.</summary>
    public void CountRounds(IEnumerable<TurnRound> rounds)
    {
        foreach (var round in rounds)
            Calls.Count(round.Usage, Terms, CallPurpose.Turns);
    }

    public Forecast Forecast(long inputTokens) => new(inputTokens, _options.MaxOutputTokens, Terms);

    /// <summary>Returns items in the format in which the conversation keeps them: if markers are set, text is written as arrays of parts.</summary>
    public IReadOnlyList<QwenItem> InForm(IReadOnlyList<QwenItem> items) => SetsMarkers ? items.Select(MarkedMessages.InParts).ToArray() : items;
}
