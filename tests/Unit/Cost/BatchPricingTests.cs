using QwenChat.Cost;
using Xunit;

namespace QwenChat.Tests.Cost;

public class BatchPricingTests
{
    private static decimal? CostOf(string model, QwenUsage usage, bool thinks = false, QwenRegion? region = QwenRegion.Beijing) =>
        Pricing.Of(usage, new BillingTerms(model, region, ExplicitCache: false) { IsBatch = true }, thinks)?.Amount;

    [Theory]
    [InlineData("qwen3.8-max", 6, 18)]
    [InlineData("qwen3.7-max", 6, 18)]
    [InlineData("qwen-flash", 0.075, 0.75)]
    public void A_million_tokens_cost_the_catalog_price(string model, double input, double output)
    {
        Assert.Equal((decimal)input, CostOf(model, new QwenUsage { InputTokens = 100_000, OutputTokens = 0 }) * 10);
        Assert.Equal((decimal)output, CostOf(model, new QwenUsage { InputTokens = 0, OutputTokens = 100_000 }) * 10);
    }

    [Fact]
    public void The_cache_does_not_reduce_the_price_of_a_batch() => Assert.Equal(
        CostOf("qwen3.7-max", new QwenUsage { InputTokens = 1000, OutputTokens = 10 }),
        CostOf("qwen3.7-max", new QwenUsage { InputTokens = 1000, OutputTokens = 10, CachedTokens = 900 }));

    [Fact]
    public void Thinking_costs_half_of_its_own_price() =>
        Assert.Equal(4, CostOf("qwen-plus", new QwenUsage { InputTokens = 0, OutputTokens = 100_000 }, thinks: true) * 10);

    [Fact]
    public void Without_a_price_there_is_no_cost() => Assert.Null(CostOf("qwen3.7-max", new QwenUsage { InputTokens = 1, OutputTokens = 1 }, region: null));

    [Fact]
    public void A_sum_of_forecasts_adds_up_costs_at_the_tier_of_each_request()
    {
        var terms = new BillingTerms("qwen3-max", QwenRegion.Beijing, ExplicitCache: false) { IsBatch = true };
        var one = new Forecast(30_000, 100, terms);
        var sum = one.Plus(one).Plus(new Forecast(30_000, null, terms));
        Assert.Equal(90_000, sum.InputTokens);
        Assert.Equal(200, sum.OutputTokens);
        Assert.Equal(one.Charge!.Value.Amount * 2 + new Forecast(30_000, 0, terms).Charge!.Value.Amount, sum.Charge!.Value.Amount);
        Assert.Equal(90_200, sum.Tokens);
    }
}
