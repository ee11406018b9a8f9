namespace QwenChat.Cost;

/// <summary>Checks calls outside turns, such as summaries and embeddings, against the limits, and counts them.</summary>
/// <param name="conversation">The conversation that the calls are made for; null for calls without a conversation.</param>
/// <param name="others">Limits in addition to the conversation's own limits; the calls also count against these limits.</param>
internal sealed class CallBill(QwenConversation? conversation, IReadOnlyList<Budget> others)
{
    private readonly List<LedgerEntry> _counted = [];

    /// <summary>All limits. The ledger of the conversation is computed only if the conversation has limits.</summary>
    public IEnumerable<Budget> Budgets => conversation is null || (conversation.CostLimit is null && conversation.TokenLimit is null)
        ? others
        : others.Prepend(new Budget(Budget.ConversationOwner, conversation.Ledger, conversation.CostLimit, conversation.TokenLimit));

    /// <summary>Checks a request against the limits before it is sent.</summary>
    /// <exception cref="QwenException">The request would exceed a limit, or a cost limit cannot be enforced.</exception>
    public void Check(Forecast forecast)
    {
        foreach (var budget in Budgets)
            budget.Check(forecast);
    }

    /// <summary>Reserves the expected usage of a request under all limits before it is sent.</summary>
    /// <returns>The reservations, to be released when the request has been counted or has failed.</returns>
    /// <inheritdoc cref="Check"/>
    public async Task<IReadOnlyList<Reservation>> ReserveAsync(Forecast forecast, CancellationToken cancellation)
    {
        var reserved = new List<Reservation>();
        try
        {
            foreach (var budget in Budgets)
            {
                if (await budget.ReserveAsync(forecast, cancellation).ConfigureAwait(false) is { } reservation)
                    reserved.Add(reservation);
            }
            return reserved;
        }
        catch
        {
            Release(reserved);
            throw;
        }
    }

    public static void Release(IReadOnlyList<Reservation> reserved)
    {
        foreach (var reservation in reserved)
            reservation.Dispose();
    }

    public IReadOnlyList<LedgerEntry> Counted
    {
        get { lock (_counted) return [.. _counted]; }
    }

    /// <summary>Counts a completed call. <paramref name="purpose"/> is one of the values in <see cref="CallPurpose"/>.</summary>
    public void Count(QwenUsage? usage, BillingTerms terms, string purpose)
    {
        var entry = LedgerEntry.OfCall(usage, terms, purpose);
        lock (_counted)
            _counted.Add(entry);
        conversation?.Ledger.Add(entry);
        foreach (var budget in others)
            budget.Ledger.Add(entry);
    }
}
