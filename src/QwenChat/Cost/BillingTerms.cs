namespace QwenChat.Cost;

/// <summary>What the bill of a request depends on besides its usage. Kept with the turn, so that it can be measured at any time.</summary>
/// <param name="Model">The model that was asked for.</param>
/// <param name="Region">The region whose prices hold; null where none are known.</param>
/// <param name="ExplicitCache">True when the request asked for the explicit or the session cache, whose prices differ (qwen-api §9).</param>
internal sealed record BillingTerms(string Model, QwenRegion? Region, bool ExplicitCache)
{
    /// <summary>Whether the request was one of a batch, whose prices are others, and which has no discount of a cache (qwen-api §8.4).</summary>
    public bool IsBatch { get; init; }
}
