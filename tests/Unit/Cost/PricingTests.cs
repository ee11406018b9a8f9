using QwenChat.Catalogue;
using QwenChat.Cost;
using Xunit;

namespace QwenChat.Tests.Cost;

/// <summary>Compares the cost of requests with the vendor's tables (wire §8.2, §8.3) and rules (wire §8.4, §9).</summary>
public class PricingTests
{
    private const long K = 1024;

    private static decimal? Cost(string model, QwenRegion? region, long input, long output, long? cached = null, long? created = null, bool thinks = false,
        bool explicitCache = false) =>
        Pricing.Of(new QwenUsage { InputTokens = input, OutputTokens = output, CachedTokens = cached, CacheCreationTokens = created },
            new BillingTerms(model, region, explicitCache), thinks)?.Amount;

    // Prices of qwen3-max in Beijing (input/output): 2.5/10 up to 32K, 4/16 up to 128K, 7/28 up to 256K.
    [Theory]
    [InlineData(1_000, 500, 0.0075)]
    [InlineData(32 * K, 0, 0.08192)]
    [InlineData((32 * K) + 1, 0, 0.131076)]
    [InlineData(128 * K, 1000, 0.540288)]
    [InlineData((128 * K) + 1, 1000, 0.945511)]
    public void The_whole_request_is_billed_at_the_tier_of_its_input(long input, long output, decimal expected) =>
        Assert.Equal(expected, Cost("qwen3-max", QwenRegion.Beijing, input, output));

    [Fact]
    public void Output_does_not_determine_the_tier() =>
        Assert.Equal(((1_000 * 2.5m) + (60_000 * 10m)) / 1_000_000, Cost("qwen3-max", QwenRegion.Beijing, 1_000, 60_000));

    [Theory]
    [InlineData("qwen3.7-max", 1_000_000, 1_000_000, 74.943)]
    [InlineData("qwen3.6-plus", 1_000, 1_000, 0.0262297)]
    [InlineData("qwen3.6-plus", 262_144, 0, 0.9822797824)]
    [InlineData("qwen3.6-plus", 262_145, 0, 3.929134118)]
    [InlineData("qwen-turbo", 1_000, 1_000, 0.001835)]
    public void Singapore_has_its_own_prices(string model, long input, long output, decimal expected) =>
        Assert.Equal(expected, Cost(model, QwenRegion.Singapore, input, output));

    [Theory]
    [InlineData("qwen-plus", QwenRegion.Beijing, 1_000, 1_000, 0.0088)]
    [InlineData("qwen-plus", QwenRegion.Singapore, 300_000, 1_000, 2.730171)]
    [InlineData("qwen-turbo", QwenRegion.Singapore, 0, 1_000_000, 3.67)]
    [InlineData("qwen3-max", QwenRegion.Beijing, 1_000, 1_000, 0.0125)]
    public void An_answer_with_thinking_has_the_thinking_price_if_there_is_one(string model, QwenRegion region, long input, long output, decimal expected) =>
        Assert.Equal(expected, Cost(model, region, input, output, thinks: true));

    [Fact]
    public void The_vendors_cache_example_has_the_documented_cost() =>
        // A prefix of 1,200 tokens is cached, and the new request caches 1,500 tokens: 1,200 tokens cost 10%, and 300 tokens 125% (wire §9).
        Assert.Equal(((1_200 * 0.25m) + (300 * 3.125m)) / 1_000_000, Cost("qwen3-max", QwenRegion.Beijing, 1_500, 0, cached: 1_200, created: 300));

    [Fact]
    public void Uncached_input_has_the_full_price() =>
        Assert.Equal(((100 * 2.5m) + (1_200 * 0.25m) + (300 * 3.125m)) / 1_000_000,
        Cost("qwen3-max", QwenRegion.Beijing, 1_600, 0, cached: 1_200, created: 300));

    [Theory]
    [InlineData("qwen3-max", QwenRegion.Beijing, false, 0.0005)]
    [InlineData("qwen3-max", QwenRegion.Beijing, true, 0.00025)]
    [InlineData("qwen3.6-plus", QwenRegion.Beijing, false, 0.0004)]
    [InlineData("qwen3.6-plus", QwenRegion.Singapore, false, 0.00074942)]
    [InlineData("qwen3.6-plus", QwenRegion.Singapore, true, 0.00037471)]
    [InlineData("qwen3.8-max", QwenRegion.Beijing, false, 0.0015)]
    [InlineData("qwen3.8-max", QwenRegion.Beijing, true, 0.001)]
    public void A_thousand_cached_tokens_have_the_cache_price(string model, QwenRegion region, bool explicitCache, decimal expected) =>
        Assert.Equal(expected, Cost(model, region, 1_000, 0, cached: 1_000, explicitCache: explicitCache));

    [Fact]
    public void Cached_tokens_also_determine_the_tier() =>
        Assert.Equal(((1m * 4) + (32 * K * 0.8m)) / 1_000_000, Cost("qwen3-max", QwenRegion.Beijing, (32 * K) + 1, 0, cached: 32 * K));

    [Theory]
    [InlineData("qwen3.6-plus", null)]
    [InlineData("qwen3.6-plus", QwenRegion.Tokyo)]
    [InlineData("qwen3.8-max", QwenRegion.Singapore)]
    [InlineData("no-such-model", QwenRegion.Singapore)]
    [InlineData("qwen3.5-omni-plus", QwenRegion.Beijing)]
    public void An_unknown_price_results_in_no_cost(string model, QwenRegion? region) => Assert.Null(Cost(model, region, 1_000, 1_000));

    [Fact]
    public void A_missing_count_results_in_no_cost()
    {
        var terms = new BillingTerms("qwen3-max", QwenRegion.Beijing, false);
        Assert.Null(Pricing.Of(new QwenUsage { InputTokens = 1 }, terms, false));
        Assert.Null(Pricing.Of(new QwenUsage { OutputTokens = 1 }, terms, false));
        Assert.Null(Pricing.Of(null, terms, false));
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000", QwenRegion.Singapore)]
    [InlineData("http://localhost:5000", QwenRegion.Singapore)]
    [InlineData("https://dashscope.aliyuncs.com", QwenRegion.Beijing)]
    [InlineData("https://gateway.example", null)]
    public void The_address_determines_the_prices(string address, QwenRegion? expected) =>
        Assert.Equal(expected, QwenConnection.To(new Uri(address), null).PriceRegion);

    [Fact]
    public void Another_server_has_no_prices() =>
        Assert.Null(new QwenConnection { CompatibleUri = new Uri("http://localhost:11434/v1") }.PriceRegion);

    [Fact]
    public void Cost_grows_with_every_token()
    {
        var random = new Random(20260601);
        foreach (var model in ModelCatalogue.BuiltIn.All.Where(HasRisingPrices))
        {
            foreach (var region in model.Prices.Select(price => price.RegionKind).Distinct())
            {
                for (int i = 0; i < 50; i++)
                {
                    long input = random.NextInt64(0, model.MaxInputTokens ?? 30_000), output = random.NextInt64(0, 10_000),
                        cached = random.NextInt64(0, input + 1);
                    bool thinks = random.Next(2) == 0;
                    if (Cost(model.Id, region, input, output, cached, thinks: thinks) is not { } cost)
                        continue;
                    Assert.True(cost <= Cost(model.Id, region, input, output + random.Next(1, 100), cached, thinks: thinks), model.Id);
                    Assert.True(cost <= Cost(model.Id, region, Math.Min(input + random.Next(1, 100_000), model.MaxInputTokens ?? 30_000), output, cached,
                        thinks: thinks), model.Id);
                    Assert.True(cost <= Cost(model.Id, region, input, output, random.NextInt64(0, cached + 1), thinks: thinks), model.Id);
                }
            }
        }
    }

    // Excludes qwen3-coder-480b-a35b-instruct, whose last tier is cheaper than the previous tier (wire §8.2).
    private static bool HasRisingPrices(QwenModel model) => model.Prices.Count > 0 && model.Prices.GroupBy(price => price.Region)
        .All(prices => prices.Zip(prices.Skip(1)).All(pair => pair.First.Input <= pair.Second.Input && pair.First.Output <= pair.Second.Output));
}
