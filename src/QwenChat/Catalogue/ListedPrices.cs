namespace QwenChat.Catalogue;

/// <summary>For which region the prices of the service's list are, in which currency, and of which day.</summary>
/// <param name="Region">The region; null where it is not known, and so no price can be used.</param>
/// <param name="Currency">The currency, which the list does not name.</param>
/// <param name="Day">The day of the list.</param>
internal sealed record ListedPrices(QwenRegion? Region, string Currency, DateOnly Day)
{
    /// <summary>
    /// The prices of a connection's list. In Beijing they are in CNY (facts-2026-11), and so are those of an emulator, which has the built-in
    /// catalogue's; elsewhere the service bills in USD.
    /// </summary>
    public static ListedPrices Of(QwenConnection connection, string? currency, DateOnly day) => new(connection.PriceRegion,
        currency ?? (connection.RegionKind is null or QwenRegion.Beijing ? "CNY" : "USD"), day);
}
