using QwenChat.Catalogue;

namespace QwenChat.Cost;

/// <summary>
/// What one request costs (qwen-api §8.4): the tier of its whole input decides the prices; input from the cache and input written to
/// it have prices of their own; thinking is output, and some models ask more for an answer with thinking.
/// </summary>
internal static class Pricing
{
    /// <summary>Prices are for so many tokens.</summary>
    private const decimal Million = 1_000_000;

    // Shares of the input price, where the catalogue has no price of its own (qwen-api §9).
    private const decimal ImplicitHitShare = 0.2m;
    private const decimal ExplicitHitShare = 0.1m;
    private const decimal ExplicitCreationShare = 1.25m;

    /// <summary>"Batch = 50 % of list" (qwen-api §8.4).</summary>
    private const decimal BatchShare = 0.5m;

    /// <summary>Models whose cache prices follow no such rule (qwen-api §9).</summary>
    private static readonly string[] s_ownCachePrices = ["qwen3.8-max", "qwen3.8-flash", "qwen3.8-2.4t"];

    /// <summary>The cost of a request; null when its usage or a price that it needs is not known.</summary>
    /// <param name="usage">What the service counted.</param>
    /// <param name="terms">What else the bill depends on.</param>
    /// <param name="thinks">Whether the answer has thinking.</param>
    public static Charge? Of(QwenUsage? usage, BillingTerms terms, bool thinks)
    {
        if (usage is not { InputTokens: { } input, OutputTokens: { } output } || PriceOf(terms, input) is not { Input: { } inputPrice } price)
            return null;
        if (terms.IsBatch)
            return OfBatch(input, output, price, thinks);
        long created = usage.CacheCreationTokens ?? 0, cached = usage.CachedTokens ?? 0;
        // input_tokens contains what was read from the cache and, by the vendor's example, what was written to it.
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
        // The catalogue's price of a batch is for answers without thinking.
        decimal? outputPrice = thinks && price.ThinkingOutput is { } thinking && thinking != price.Output ? thinking * BatchShare
            : price.BatchOutput ?? price.Output * BatchShare;
        decimal? sum = SaturatingMath.Amount(() => Part(input, price.BatchInput ?? price.Input * BatchShare) + Part(output, outputPrice));
        return sum is null ? null : new Charge(sum.Value / Million, price.Currency, price.AsOf);
    }

    /// <summary>The cost of a turn, which is that of its requests; null when it is not known.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="connection">Whose prices hold for a turn that was made elsewhere, and does not say.</param>
    public static Charge? Of(QwenTurn turn, QwenConnection connection)
    {
        var terms = TermsOf(turn, connection);
        return turn.Requests.Count == 0 ? Of(turn.Usage, terms, Thinks(turn)) : Of(turn.Requests, terms);
    }

    /// <summary>The cost of several requests; null when that of one is not known. Each has a tier of its own.</summary>
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

    /// <summary>What a turn's bill depends on.</summary>
    public static BillingTerms TermsOf(QwenTurn turn, QwenConnection connection) =>
        turn.Terms ?? new BillingTerms(turn.Model ?? "", connection.PriceRegion, ExplicitCache: false);

    /// <summary>The price of a request with so much input; null when it is not known.</summary>
    public static QwenModelPrice? PriceOf(BillingTerms terms, long inputTokens)
    {
        if (terms.Region is not { } region || ModelCatalogue.Find(terms.Model) is not { } model)
            return null;
        // Sound has prices of its own, which the catalogue does not have, and usage does not say which tokens were sound (qwen-api §8.2).
        bool hears = model.InputModalities.Contains("audio") || model.OutputModalities.Contains("audio");
        return hears ? null : ModelCatalogue.PriceFor(model, region, inputTokens);
    }

    /// <summary>True when an answer is billed as one with thinking: when there is thinking in it.</summary>
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

    /// <summary>Implicit and explicit cache exclude each other in a request (qwen-api §9). Only the explicit one reports what it wrote.</summary>
    private static bool IsExplicit(QwenUsage usage, BillingTerms terms) => terms.ExplicitCache || usage.CacheCreationTokens > 0;

    private static decimal? Part(long tokens, decimal? price) => tokens == 0 ? 0 : tokens * price;
}
