namespace QwenChat.Cost;

/// <summary>A billed turn, or a billed call outside turns, such as a summary or an embedding.</summary>
internal readonly record struct LedgerEntry(string Model, QwenUsage? Usage, Charge? Charge)
{
    /// <summary>False for calls outside turns.</summary>
    public bool IsTurn { get; init; }

    public string Purpose { get; init; } = CallPurpose.Turns;

    /// <summary>Whether the request was part of a batch, whose tokens do not count against per-minute limits.</summary>
    public bool IsBatch { get; init; }

    /// <summary>The number of tokens that count against a limit if the service reported fewer tokens or no usage.</summary>
    public long EstimatedTokens { get; init; }

    /// <summary>The reply's tokens, counted or estimated; null for a call without a text reply.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>The cost that counts against a limit if the actual cost is not known; null if it cannot be estimated.</summary>
    public Charge? EstimatedCharge { get; init; }

    /// <summary>The currency of the model's price; null if no price is known.</summary>
    public string? Currency { get; init; }

    /// <summary>Creates the entry of a turn.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="connection">The connection that determines the prices for a turn without its own terms.</param>
    public static LedgerEntry OfTurn(QwenTurn turn, QwenConnection connection)
    {
        var terms = Pricing.TermsOf(turn, connection);
        var charge = Pricing.Of(turn, connection);
        return new LedgerEntry(terms.Model, turn.Usage, charge)
        {
            IsTurn = true,
            EstimatedTokens = turn.EstimatedUsage?.CountTokens() ?? 0,
            OutputTokens = turn.Usage?.OutputTokens ?? turn.EstimatedUsage?.OutputTokens,
            EstimatedCharge = turn.Usage is null ? Pricing.Of(turn.EstimatedUsage, terms, thinks: false)
                : charge is null ? Pricing.OfTokens(turn, connection) : null,
            Currency = charge?.Currency ?? (turn.Usage is null ? Pricing.PriceOf(terms, 0)?.Currency : null),
        };
    }

    public static LedgerEntry OfBatch(QwenUsage? usage, BillingTerms terms) => OfCall(usage, terms, CallPurpose.Turns) with { IsTurn = true, IsBatch = true };

    /// <summary>Creates the entry of a call outside turns.</summary>
    public static LedgerEntry OfCall(QwenUsage? usage, BillingTerms terms, string purpose)
    {
        // An embedding has no output tokens, so a missing number of output tokens means 0.
        var complete = usage is { OutputTokens: null } ? usage with { OutputTokens = 0 } : usage;
        var charge = Pricing.Of(complete, terms, usage?.ReasoningTokens > 0);
        return new LedgerEntry(terms.Model, usage, charge)
        {
            Currency = charge?.Currency,
            OutputTokens = usage?.OutputTokens,
            Purpose = purpose,
            EstimatedCharge = charge is null && complete?.Tools is not null
                ? Pricing.Of(complete with { Tools = null }, terms, usage?.ReasoningTokens > 0) : null,
        };
    }
}
