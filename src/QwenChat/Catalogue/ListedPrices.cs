namespace QwenChat.Catalogue;

/// <summary>The region, currency and date of the prices in the service's list.</summary>
/// <param name="Region">The region; null if it is unknown, so that no price can be used.</param>
/// <param name="Currency">The currency, which the list does not contain.</param>
/// <param name="Day">The date of the list.</param>
internal sealed record ListedPrices(QwenRegion? Region, string Currency, DateOnly Day)
{
    /// <summary>
    /// Determines them for a connection. In Beijing prices are in CNY (wire §8.1), and so are those of an emulator, which has the built-in
    /// catalog's prices; elsewhere the service bills in USD.
    /// </summary>
    public static ListedPrices Of(QwenConnection connection, string? currency, DateOnly day) => new(connection.PriceRegion,
        currency ?? (connection.RegionKind is null or QwenRegion.Beijing ? "CNY" : "USD"), day);
}
