namespace QwenChat.Cost;

/// <summary>Holds calls that are no turns, such as summaries and embeddings, against the limits, and counts them.</summary>
/// <param name="conversation">The conversation that the calls serve; null when they serve none.</param>
/// <param name="others">The limits besides the conversation's own, and where the calls count.</param>
internal sealed class CallBill(QwenConversation? conversation, IReadOnlyList<Budget> others)
{
    private readonly List<LedgerEntry> _counted = [];

    /// <summary>All limits. The conversation's ledger is asked for only where it has one.</summary>
    public IEnumerable<Budget> Budgets => conversation is null || (conversation.CostLimit is null && conversation.TokenLimit is null)
        ? others
        : others.Prepend(new Budget(Budget.ConversationOwner, conversation.Ledger, conversation.CostLimit, conversation.TokenLimit));

    /// <summary>Holds a request against the limits, before it is made.</summary>
    /// <exception cref="QwenException">It would pass a limit, or a limit of cost cannot be held.</exception>
    public void Check(Forecast forecast)
    {
        foreach (var budget in Budgets)
            budget.Check(forecast);
    }

    /// <summary>Reserves what a request may use under all limits, before it is made.</summary>
    /// <returns>What is reserved, to be given back when the request was counted or has failed.</returns>
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

    /// <summary>Gives back what was reserved.</summary>
    public static void Release(IReadOnlyList<Reservation> reserved)
    {
        foreach (var reservation in reserved)
            reservation.Dispose();
    }

    /// <summary>The calls that were counted so far.</summary>
    public IReadOnlyList<LedgerEntry> Counted
    {
        get { lock (_counted) return [.. _counted]; }
    }

    /// <summary>Counts a call that was made.</summary>
    /// <param name="usage">What the service counted.</param>
    /// <param name="terms">What its price depends on.</param>
    /// <param name="purpose">What it was made for, see <see cref="CallPurpose"/>.</param>
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
