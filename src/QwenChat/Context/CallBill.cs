namespace QwenChat.Context;

/// <summary>Holds calls that are no turns, such as summaries and embeddings, against the limits, and counts them.</summary>
/// <param name="conversation">The conversation that the calls serve; null when they serve none.</param>
/// <param name="others">The limits besides the conversation's own, and where the calls count.</param>
internal sealed class CallBill(QwenConversation? conversation, IReadOnlyList<Budget> others)
{
    /// <summary>All limits. The conversation's ledger is asked for only where it has one.</summary>
    public IEnumerable<Budget> Budgets => conversation is null || (conversation.CostLimit is null && conversation.TokenLimit is null)
        ? others
        : others.Prepend(new Budget("conversation", conversation.Ledger, conversation.CostLimit, conversation.TokenLimit));

    /// <summary>Holds a request against the limits, before it is made.</summary>
    /// <exception cref="QwenException">It would pass a limit, or a limit of cost cannot be held.</exception>
    public void Check(Forecast forecast)
    {
        foreach (var budget in Budgets)
            budget.Check(forecast);
    }

    /// <summary>Counts a call that was made.</summary>
    public void Count(QwenUsage? usage, BillingTerms terms)
    {
        var entry = LedgerEntry.OfCall(usage, terms);
        conversation?.Ledger.Add(entry);
        foreach (var budget in others)
            budget.Ledger.Add(entry);
    }
}
