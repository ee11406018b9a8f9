namespace QwenChat.Cost;

/// <summary>The expected usage and cost of a request before it is sent.</summary>
/// <param name="InputTokens">The estimated input tokens.</param>
/// <param name="OutputTokens">The requested maximum number of output tokens; null if no maximum was requested.</param>
/// <param name="Terms">The terms that determine the request's cost.</param>
internal sealed record Forecast(long InputTokens, long? OutputTokens, BillingTerms Terms)
{
    public long Tokens => SaturatingMath.Add(InputTokens, OutputTokens ?? 0);

    private bool IsSum { get; init; }

    private Charge? Sum { get; init; }

    /// <summary>Returns the forecast, with 0 output tokens if no maximum was requested.</summary>
    public Forecast Closed() => this with { OutputTokens = OutputTokens ?? 0 };

    /// <summary>Returns the sum of two forecasts. The price tier of each request is determined separately.</summary>
    public Forecast Plus(Forecast other)
    {
        other = other.Closed();
        return this with
        {
            InputTokens = SaturatingMath.Add(InputTokens, other.InputTokens),
            OutputTokens = SaturatingMath.Add(OutputTokens ?? 0, other.OutputTokens ?? 0),
            IsSum = true,
            Sum = Charge is { } before && other.Charge is { } more ? before with { Amount = SaturatingMath.Add(before.Amount, more.Amount) } : null,
        };
    }

    /// <summary>The cost without cache hits, which are not guaranteed; null if no price is known.</summary>
    public Charge? Charge => IsSum ? Sum : Pricing.Of(
        new QwenUsage { InputTokens = InputTokens, OutputTokens = OutputTokens ?? 0, CacheCreationTokens = Terms.ExplicitCache ? InputTokens : null }, Terms,
            thinks: true);
}
