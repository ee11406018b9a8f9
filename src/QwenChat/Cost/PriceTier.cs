using System.Globalization;

namespace QwenChat.Cost;

/// <summary>Where the price of a token rises with the length of a request.</summary>
/// <param name="Tokens">The most input tokens at the lower price.</param>
/// <param name="Price">What a million input tokens cost up to there.</param>
/// <param name="NextPrice">What they cost beyond; the whole request is billed so.</param>
/// <param name="Currency">The currency.</param>
internal sealed record PriceTier(int Tokens, decimal Price, decimal NextPrice, string Currency)
{
    /// <summary>The first place where a model's price rises; null where it has one price, or none that is known.</summary>
    public static PriceTier? First(QwenModel? model, QwenRegion? region) => Borders(model, region).FirstOrDefault();

    /// <summary>The last such place that a request of so many tokens has passed; null for none.</summary>
    public static PriceTier? Passed(QwenModel? model, QwenRegion? region, long tokens) =>
        Borders(model, region).LastOrDefault(tier => tokens > tier.Tokens);

    /// <summary>Both prices, in a clause.</summary>
    /// <returns>Such as <c>CNY 0.8 for a million input tokens up to 131,072, and 2 beyond</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Currency} {Price} for a million input tokens up to {Tokens:N0}, and {NextPrice} beyond");

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
