namespace QwenChat.Cost;

/// <summary>
/// The facts that determine a request's cost, in addition to its usage. Stored with the turn, so that the cost can be calculated at any time.
/// </summary>
/// <param name="Model">The requested model.</param>
/// <param name="Region">The region whose prices apply; null when none are known.</param>
/// <param name="ExplicitCache">True when the request used the explicit or the session cache, which have different prices (wire §9).</param>
internal sealed record BillingTerms(string Model, QwenRegion? Region, bool ExplicitCache)
{
    /// <summary>Whether the request was part of a batch, which has separate prices and no cache discount (wire §8.4).</summary>
    public bool IsBatch { get; init; }
}
