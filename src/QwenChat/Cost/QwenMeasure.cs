using QwenChat.Cost;

namespace QwenChat;

/// <summary>
/// What requests used and cost: the turns of one conversation and model, or the calls that were made for them, or all together. What is not known is
/// null.
/// </summary>
public sealed record QwenMeasure
{
    /// <summary>The conversation's name, else its id; null for a sum.</summary>
    public string? Conversation { get; init; }

    /// <summary>The model that was asked; null for a sum over several.</summary>
    public string? Model { get; init; }

    /// <summary>What the requests were made for: <c>Turns</c>, <c>Summaries</c> or <c>Embeddings</c>; null for a sum over several.</summary>
    public string? Purpose { get; init; } = CallPurpose.Turns;

    /// <summary>How many calls that are no turns, such as summaries and embeddings.</summary>
    public int Calls { get; init; }

    /// <summary>How many turns.</summary>
    public int Turns { get; init; }

    /// <summary>How many of them the service counted nothing for, such as interrupted ones. Tokens and cost are those of the others.</summary>
    public int TurnsWithoutUsage { get; init; }

    /// <summary>Input tokens of all requests; each carries the history, so that earlier turns count again with every turn.</summary>
    public long? InputTokens => Usage?.InputTokens;

    /// <summary>Output tokens, thinking included.</summary>
    public long? OutputTokens => Usage?.OutputTokens;

    /// <summary>Input tokens that came from the context cache.</summary>
    public long? CachedTokens => Usage?.CachedTokens;

    /// <summary>Output tokens spent on thinking.</summary>
    public long? ReasoningTokens => Usage?.ReasoningTokens;

    /// <summary>Input tokens that were written to the explicit or session cache.</summary>
    public long? CacheCreationTokens => Usage?.CacheCreationTokens;

    /// <summary>How often the service's own tools ran; null when it counted none.</summary>
    public QwenToolUsage? Tools => Usage?.Tools;

    /// <summary>The share of the input that came from the context cache, from 0 to 1.</summary>
    public double? CacheHitShare => CachedTokens is { } cached && InputTokens > 0 ? (double)cached / InputTokens : null;

    /// <summary>The share of the model's window that the newest turn fills, from 0 to 1.</summary>
    public double? WindowShare { get; init; }

    /// <summary>What the turns cost, in <see cref="Currency"/>; null when a price is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The currency in which the prices were printed; null when there is no price.</summary>
    public string? Currency { get; init; }

    /// <summary>The oldest day of the prices.</summary>
    public DateOnly? PricesAsOf { get; init; }

    /// <summary>What the service counted, added up.</summary>
    internal QwenUsage? Usage { get; init; }

    /// <summary>This measure and one more request.</summary>
    internal QwenMeasure Plus(in LedgerEntry entry) => this with
    {
        Turns = Turns + (entry.IsTurn ? 1 : 0),
        Calls = Calls + (entry.Purpose == CallPurpose.Turns ? 0 : 1),
        TurnsWithoutUsage = TurnsWithoutUsage + (entry.IsTurn && entry.Usage is null ? 1 : 0),
        Usage = entry.Usage is null ? Usage : Usage + entry.Usage,
        Cost = Sum(Cost, entry.Charge?.Amount),
        Currency = Currency ?? entry.Charge?.Currency,
        PricesAsOf = Oldest(PricesAsOf, entry.Charge?.PricesAsOf),
    };

    /// <summary>Both together. Only measures of one currency can be added.</summary>
    internal QwenMeasure Plus(QwenMeasure other) => new()
    {
        Conversation = Conversation == other.Conversation ? Conversation : null,
        Model = Model == other.Model ? Model : null,
        Purpose = Purpose == other.Purpose ? Purpose : null,
        Turns = Turns + other.Turns,
        Calls = Calls + other.Calls,
        TurnsWithoutUsage = TurnsWithoutUsage + other.TurnsWithoutUsage,
        Usage = Usage is null && other.Usage is null ? null : Usage + other.Usage,
        Cost = Sum(Cost, other.Cost),
        Currency = Currency ?? other.Currency,
        PricesAsOf = Oldest(PricesAsOf, other.PricesAsOf),
    };

    private static decimal? Sum(decimal? a, decimal? b) => a is null ? b : b is null ? a : SaturatingMath.Add(a.Value, b.Value);

    private static DateOnly? Oldest(DateOnly? a, DateOnly? b) => a is null || b < a ? b ?? a : a;
}
