using System.Globalization;

namespace QwenChat.Cost;

/// <summary>The boundary at which a model's price per token increases with the length of a request.</summary>
/// <param name="Tokens">The maximum number of input tokens at the lower price.</param>
/// <param name="Price">The price per million input tokens of a request up to that size.</param>
/// <param name="NextPrice">The price per million input tokens of a longer request; it applies to the whole request.</param>
/// <param name="Currency">The currency.</param>
internal sealed record PriceTier(int Tokens, decimal Price, decimal NextPrice, string Currency)
{
    /// <summary>Returns the first price boundary of a model; null if the model has a single price, or no price is known.</summary>
    public static PriceTier? First(QwenModel? model, QwenRegion? region) => Borders(model, region).FirstOrDefault();

    /// <summary>Returns the last price boundary that a request with the specified number of tokens exceeds; null if it exceeds no boundary.</summary>
    public static PriceTier? Passed(QwenModel? model, QwenRegion? region, long tokens) =>
        Borders(model, region).LastOrDefault(tier => tokens > tier.Tokens);

    /// <summary>Returns a phrase with both prices.</summary>
    /// <returns>A string such as <c>CNY 0.8 per million input tokens for requests of up to 131,072 tokens, and CNY 2 for longer requests</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Currency} {Price} per million input tokens for requests of up to {Tokens:N0} tokens, and {Currency} {NextPrice} for longer requests");

    private static IEnumerable<PriceTier> Borders(QwenModel? model, QwenRegion? region)
    {
        QwenModelPrice[] prices = model?.Prices.Where(price => price.RegionKind == region).ToArray() ?? [];
        for (int i = 0; i + 1 < prices.Length; i++)
        {
            if (prices[i] is { UpToInputTokens: { } tokens, Input: { } price } && prices[i + 1].Input is { } next && next > price)
                yield return new PriceTier(tokens, price, next, prices[i].Currency);
        }
    }
}
