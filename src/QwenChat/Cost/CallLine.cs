namespace QwenChat.Cost;

/// <summary>The usage and cost of a conversation's calls outside turns, for one purpose and model, as kept in stores and files.</summary>
/// <param name="Purpose">The purpose, see <see cref="CallPurpose"/>.</param>
/// <param name="Model">The model.</param>
/// <param name="Calls">The number of calls.</param>
internal sealed record CallLine(string Purpose, string Model, int Calls)
{
    /// <summary>The total usage as reported by the service; null if nothing was reported.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The total cost; null if a price was not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The currency; null if no price was known.</summary>
    public string? Currency { get; init; }

    /// <summary>The date of the oldest price.</summary>
    public DateOnly? PricesAsOf { get; init; }

    public static CallLine Of(QwenMeasure measure) => new(measure.Purpose!, measure.Model!, measure.Calls)
    {
        Usage = measure.Usage,
        Cost = measure.Cost,
        Currency = measure.Currency,
        PricesAsOf = measure.PricesAsOf,
    };

    public QwenMeasure ToMeasure() => new()
    {
        Purpose = Purpose,
        Model = Model,
        Calls = Calls,
        Usage = Usage,
        Cost = Cost,
        Currency = Currency,
        PricesAsOf = PricesAsOf,
    };
}
