namespace QwenChat.Context;

/// <summary>What a request is expected to use and cost, before it is sent.</summary>
/// <param name="InputTokens">The estimated input.</param>
/// <param name="OutputTokens">The most output that was asked for; 0 where no limit was given.</param>
/// <param name="Terms">What the bill depends on.</param>
internal sealed record Forecast(long InputTokens, long OutputTokens, BillingTerms Terms)
{
    /// <summary>The cost without any help from a cache, which nobody can promise; null when no price is known.</summary>
    public Charge? Charge { get; } = RequestCost.Of(
        new QwenUsage { InputTokens = InputTokens, OutputTokens = OutputTokens, CacheCreationTokens = Terms.ExplicitCache ? InputTokens : null }, Terms, thinks: true);
}
