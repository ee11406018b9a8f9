namespace QwenChat.Catalogue;

/// <summary>The region, currency and date of the prices in the service's list.</summary>
/// <param name="Region">The region; null if the region is unknown, in which case no price can be used.</param>
/// <param name="Currency">The currency, which the list does not contain.</param>
/// <param name="Day">The date of the list.</param>
internal sealed record ListedPrices(QwenRegion? Region, string Currency, DateOnly Day)
{
    /// <summary>
    /// Determines the region and the currency of a connection's prices. Prices are in CNY in Beijing (wire §8.1) and on an emulator, and in USD
    /// elsewhere.
    /// </summary>
    public static ListedPrices Of(QwenConnection connection, string? currency, DateOnly day) => new(connection.PriceRegion,
        currency ?? (connection.RegionKind is null or QwenRegion.Beijing ? "CNY" : "USD"), day);
}
