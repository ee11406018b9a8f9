namespace QwenChat.Cost;

/// <summary>
/// The facts, in addition to the usage, that determine the cost of a request. A turn stores its terms, so that its cost can be calculated later.
/// </summary>
/// <param name="Model">The requested model.</param>
/// <param name="Region">The region whose prices apply; null if no prices are known.</param>
/// <param name="ExplicitCache">True for the explicit or the session cache, whose prices differ from those of the implicit cache (wire §9).</param>
internal sealed record BillingTerms(string Model, QwenRegion? Region, bool ExplicitCache)
{
    /// <summary>Whether the request was part of a batch, which has separate prices and no cache discount (wire §8.4).</summary>
    public bool IsBatch { get; init; }
}
