namespace QwenChat.Cost;

/// <summary>The known prices of the service's tools in CNY, by region (wire §16, §17).</summary>
internal static class ToolPrices
{
    private const decimal Thousand = 1000;

    /// <summary>Returns the cost of the service tools used by a request; null if a required price is not known.</summary>
    /// <param name="tools">The number of calls of each tool.</param>
    /// <param name="region">The region whose prices apply.</param>
    /// <param name="currency">The currency of the model's price.</param>
    public static decimal? Of(QwenToolUsage? tools, QwenRegion? region, string currency)
    {
        if (tools is null)
            return 0;
        bool isBeijing = region == QwenRegion.Beijing;
        (long? Count, decimal? Price)[] lines =
        [
            (tools.WebSearch, isBeijing ? 4 / Thousand : null),
            (tools.WebSearchImage, isBeijing ? 24 / Thousand : null),
            (tools.ImageSearch, isBeijing ? 48 / Thousand : null),
            (tools.CodeInterpreter, isBeijing ? 0 : null),
            (tools.WebExtractor, isBeijing ? 0 : null),
            (tools.PdfPages, isBeijing ? 0.02m : region == QwenRegion.Singapore ? 0.024m : null),
            (tools.FileSearch, null),
            (tools.Mcp, null),
        ];
        decimal sum = 0;
        foreach (var (count, price) in lines)
        {
            if (count is null or 0)
                continue;
            if (price is null || (price > 0 && currency != "CNY"))
                return null;
            sum = SaturatingMath.Add(sum, SaturatingMath.Amount(() => count.Value * price) ?? 0);
        }
        return sum;
    }
}
