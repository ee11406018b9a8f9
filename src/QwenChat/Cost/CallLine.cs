namespace QwenChat.Cost;

/// <summary>What the calls of a conversation that are no turns used and cost, of one purpose and model: as a store and a file keep it.</summary>
/// <param name="Purpose">What they were made for, see <see cref="CallPurpose"/>.</param>
/// <param name="Model">The model that was asked.</param>
/// <param name="Calls">How many.</param>
internal sealed record CallLine(string Purpose, string Model, int Calls)
{
    /// <summary>What the service counted, added up; null when it counted nothing.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>What they cost; null when a price was not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The currency; null when no price was known.</summary>
    public string? Currency { get; init; }

    /// <summary>The oldest day of the prices.</summary>
    public DateOnly? PricesAsOf { get; init; }

    /// <summary>The line of a measure.</summary>
    public static CallLine Of(QwenMeasure measure) => new(measure.Purpose!, measure.Model!, measure.Calls)
    {
        Usage = measure.Usage,
        Cost = measure.Cost,
        Currency = measure.Currency,
        PricesAsOf = measure.PricesAsOf,
    };

    /// <summary>The measure of the line.</summary>
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
