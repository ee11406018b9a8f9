namespace QwenChat.Cost;

/// <summary>What a request is expected to use and cost, before it is sent.</summary>
/// <param name="InputTokens">The estimated input.</param>
/// <param name="OutputTokens">The most output that was asked for; null where no limit was given.</param>
/// <param name="Terms">What the bill depends on.</param>
internal sealed record Forecast(long InputTokens, long? OutputTokens, BillingTerms Terms)
{
    /// <summary>Input and output together.</summary>
    public long Tokens => SaturatingMath.Add(InputTokens, OutputTokens ?? 0);

    /// <summary>The cost without any help from a cache, which nobody can promise; null when no price is known.</summary>
    public Charge? Charge => Pricing.Of(
        new QwenUsage { InputTokens = InputTokens, OutputTokens = OutputTokens ?? 0, CacheCreationTokens = Terms.ExplicitCache ? InputTokens : null }, Terms,
            thinks: true);
}
