using QwenChat.Cost;

namespace QwenChat;

/// <summary>The usage and cost of a conversation's turns or other calls with one model, or a total of these. Unknown values are null.</summary>
public sealed record QwenMeasure
{
    /// <summary>The conversation's name, or its id; null for a total of several conversations.</summary>
    public string? Conversation { get; init; }

    /// <summary>The requested model; null for a total of several models.</summary>
    public string? Model { get; init; }

    /// <summary>The purpose of the requests: <c>Turns</c>, <c>Summaries</c> or <c>Embeddings</c>; null for a total of several purposes.</summary>
    public string? Purpose { get; init; } = CallPurpose.Turns;

    /// <summary>The number of calls outside turns, such as summaries and embeddings.</summary>
    public int Calls { get; init; }

    /// <summary>The number of turns.</summary>
    public int Turns { get; init; }

    /// <summary>The number of turns without reported usage, such as interrupted turns. Tokens and cost exclude these turns.</summary>
    public int TurnsWithoutUsage { get; init; }

    /// <summary>The input tokens of all requests. Each request contains the history, so a turn counts again in every later request.</summary>
    public long? InputTokens => Usage?.InputTokens;

    /// <summary>The output tokens, including thinking.</summary>
    public long? OutputTokens => Usage?.OutputTokens;

    /// <summary>The input tokens that were read from the context cache.</summary>
    public long? CachedTokens => Usage?.CachedTokens;

    /// <summary>The output tokens used for thinking.</summary>
    public long? ReasoningTokens => Usage?.ReasoningTokens;

    /// <summary>The input tokens that were written to the explicit or session cache.</summary>
    public long? CacheCreationTokens => Usage?.CacheCreationTokens;

    /// <summary>The number of calls of each service tool; null if no calls were reported.</summary>
    public QwenToolUsage? Tools => Usage?.Tools;

    /// <summary>The share of the input that was read from the context cache, from 0 to 1.</summary>
    public double? CacheHitShare => CachedTokens is { } cached && InputTokens > 0 ? (double)cached / InputTokens : null;

    /// <summary>The share of the model's window that the newest turn occupies, from 0 to 1.</summary>
    public double? WindowShare { get; init; }

    /// <summary>The cost of the requests, in <see cref="Currency"/>; null if a price is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The currency of the published prices; null if no price is known.</summary>
    public string? Currency { get; init; }

    /// <summary>The date of the oldest price.</summary>
    public DateOnly? PricesAsOf { get; init; }

    internal QwenUsage? Usage { get; init; }

    /// <summary>Returns the measure including one more request.</summary>
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

    /// <summary>Returns the sum of two measures in the same currency.</summary>
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
