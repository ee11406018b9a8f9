using QwenChat.Catalogue;

namespace QwenChat.Cost;

/// <summary>
/// Calculates the cost of one request (wire §8.4). The total number of input tokens determines the price tier. Cache reads and cache writes have
/// separate prices. Thinking counts as output, and some models have a higher price for replies with thinking.
/// </summary>
internal static class Pricing
{
    /// <summary>Prices are specified per million tokens.</summary>
    private const decimal Million = 1_000_000;

    // Cache prices as shares of the input price, for models without cache prices in the catalog (wire §9).
    private const decimal ImplicitHitShare = 0.2m;
    private const decimal ExplicitHitShare = 0.1m;
    private const decimal ExplicitCreationShare = 1.25m;

    /// <summary>"Batch = 50 % of list" (wire §8.4).</summary>
    private const decimal BatchShare = 0.5m;

    /// <summary>Models whose cache prices are not the default shares of the input price (wire §9).</summary>
    private static readonly string[] s_ownCachePrices = ["qwen3.8-max", "qwen3.8-flash", "qwen3.8-2.4t"];

    /// <summary>Returns the cost of a request; null if its usage or a required price is not known.</summary>
    /// <param name="usage">The token usage as reported by the service.</param>
    /// <param name="terms">The terms that determine the cost.</param>
    /// <param name="thinks">Whether the reply has thinking.</param>
    public static Charge? Of(QwenUsage? usage, BillingTerms terms, bool thinks)
    {
        if (usage is not { InputTokens: { } input, OutputTokens: { } output } || PriceOf(terms, input) is not { Input: { } inputPrice } price)
            return null;
        if (terms.IsBatch)
            return OfBatch(input, output, price, thinks);
        long created = usage.CacheCreationTokens ?? 0, cached = usage.CachedTokens ?? 0;
        // input_tokens includes cache reads and, in the vendor's example, cache writes.
        long plain = Math.Max(0, input - cached - created);
        bool followsRule = !Array.Exists(s_ownCachePrices, name => terms.Model.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        decimal? sum = SaturatingMath.Amount(() =>
        {
            decimal? hitPrice = IsExplicit(usage, terms)
                ? price.ExplicitCacheHit ?? (followsRule ? inputPrice * ExplicitHitShare : null)
                : price.ImplicitCacheHit ?? (followsRule ? inputPrice * ImplicitHitShare : null);
            decimal? creationPrice = price.ExplicitCacheCreation ?? (followsRule ? inputPrice * ExplicitCreationShare : null);
            decimal? outputPrice = thinks ? price.ThinkingOutput ?? price.Output : price.Output;
            return plain * inputPrice + Part(cached, hitPrice) + Part(created, creationPrice) + Part(output, outputPrice);
        });
        return sum is null || ToolPrices.Of(usage.Tools, terms.Region, price.Currency) is not { } tools
            ? null : new Charge(SaturatingMath.Add(sum.Value / Million, tools), price.Currency, price.AsOf);
    }

    private static Charge? OfBatch(long input, long output, QwenModelPrice price, bool thinks)
    {
        // The catalog's batch price is for replies without thinking.
        decimal? outputPrice = thinks && price.ThinkingOutput is { } thinking && thinking != price.Output ? thinking * BatchShare
            : price.BatchOutput ?? price.Output * BatchShare;
        decimal? sum = SaturatingMath.Amount(() => Part(input, price.BatchInput ?? price.Input * BatchShare) + Part(output, outputPrice));
        return sum is null ? null : new Charge(sum.Value / Million, price.Currency, price.AsOf);
    }

    /// <summary>Returns the cost of a turn, which is the sum of its requests; null if the cost is not known.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="connection">The connection that determines the prices for a turn without its own terms.</param>
    public static Charge? Of(QwenTurn turn, QwenConnection connection)
    {
        var terms = TermsOf(turn, connection);
        return turn.Requests.Count == 0 ? Of(turn.Usage, terms, Thinks(turn)) : Of(turn.Requests, terms);
    }

    /// <summary>Returns the cost of a turn, excluding its service tools, whose prices are not known in every region; null if the cost is not known.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="connection">The connection that determines the prices for a turn without its own terms.</param>
    public static Charge? OfTokens(QwenTurn turn, QwenConnection connection)
    {
        var terms = TermsOf(turn, connection);
        return turn.Requests.Count == 0 ? Of(turn.Usage is null ? null : turn.Usage with { Tools = null }, terms, Thinks(turn))
            : Of(turn.Requests.Select(usage => usage with { Tools = null }).ToArray(), terms);
    }

    /// <summary>Returns the cost of several requests; null if the cost of any of them is not known. Each request has its own tier.</summary>
    public static Charge? Of(IReadOnlyList<QwenUsage> requests, BillingTerms terms)
    {
        Charge? sum = null;
        foreach (var usage in requests)
        {
            if (Of(usage, terms, usage.ReasoningTokens > 0) is not { } charge)
                return null;
            sum = sum is { } before ? charge with { Amount = SaturatingMath.Add(before.Amount, charge.Amount) } : charge;
        }
        return sum;
    }

    public static BillingTerms TermsOf(QwenTurn turn, QwenConnection connection) =>
        turn.Terms ?? new BillingTerms(turn.Model ?? "", connection.PriceRegion, ExplicitCache: false);

    /// <summary>Returns the price of a request with the specified number of input tokens; null if the price is not known.</summary>
    public static QwenModelPrice? PriceOf(BillingTerms terms, long inputTokens)
    {
        if (terms.Region is not { } region || ModelCatalogue.Find(terms.Model) is not { } model)
            return null;
        // Audio has separate prices, which the catalog does not contain, and usage does not distinguish audio tokens (wire §8.2).
        bool hears = model.InputModalities.Contains("audio") || model.OutputModalities.Contains("audio");
        return hears ? null : ModelCatalogue.PriceFor(model, region, inputTokens);
    }

    /// <summary>Returns whether a reply contains thinking, and is therefore billed at the price for thinking.</summary>
    private static bool Thinks(QwenTurn turn)
    {
        if (turn.Usage?.ReasoningTokens is { } counted)
            return counted > 0;
        for (int i = turn.InputCount; i < turn.Items.Count; i++)
        {
            if (turn.Items[i].Type == "reasoning")
                return true;
        }
        return false;
    }

    /// <summary>
    /// Returns whether a request used the explicit cache, which excludes the implicit cache (wire §9). Only the explicit cache reports writes.
    /// </summary>
    private static bool IsExplicit(QwenUsage usage, BillingTerms terms) => terms.ExplicitCache || usage.CacheCreationTokens > 0;

    private static decimal? Part(long tokens, decimal? price) => tokens == 0 ? 0 : tokens * price;
}
