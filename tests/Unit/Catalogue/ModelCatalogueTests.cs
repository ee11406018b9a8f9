using QwenChat.Catalogue;
using Xunit;

namespace QwenChat.Tests.Catalogue;

public class ModelCatalogueTests
{
    private static readonly ModelList BuiltIn = ModelCatalogue.BuiltIn;

    public static TheoryData<string> Names => [.. BuiltIn.All.Select(model => model.Id)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_entry_of_a_model_contradicts_itself(string id)
    {
        var model = BuiltIn.Find(id)!;
        Assert.NotNull(model.AsOf);
        Assert.True(Enum.GetValues<QwenApi>().Length >= model.ApiKinds.Distinct().Count() && model.ApiKinds.All(Enum.IsDefined));
        Assert.Equal(model.ApiKinds.Contains(QwenApi.Responses), model.ApiKinds.Contains(QwenApi.Conversations));
        Assert.Equal(model.ApiKinds.Contains(QwenApi.DashScope), model.NativeEndpoint is not null);
        Assert.Equal(model.OutputModalities.Contains("embedding"), model.Apis.Count == 0);
        Assert.Contains(model.Thinking, (string?[])[null, "Never", "Off", "On", "Only"]);
        Assert.Contains(model.PreserveThinking, (string[])["Never", "Optional", "Required"]);
        Assert.True(model.PreserveThinking == "Never" || model.Thinking is not null and not "Never");
        Assert.True((model.MaxInputTokens ?? 0) <= (model.ContextWindow ?? int.MaxValue));
        Assert.All(model.Prices, price => Assert.True(price.Input > 0 && Enum.IsDefined(price.RegionKind)));
        Assert.All(model.Prices.GroupBy(price => price.Region), tiers => Assert.Null(tiers.Last().UpToInputTokens));
    }

    [Fact]
    public void The_default_model_is_in_the_catalog() => Assert.Equal(QwenApi.Responses, ModelCatalogue.DefaultApi(ModelCatalogue.DefaultModel));

    [Fact]
    public void A_name_is_found_in_any_case() => Assert.Equal("qwen3.6-plus", BuiltIn.Find("QWEN3.6-Plus")?.Id);

    [Theory]
    [InlineData("qwen3.6-plus-2099-01-01")]
    [InlineData("qwen3.6")]
    [InlineData("")]
    public void An_unlisted_name_is_not_found(string id) => Assert.Null(BuiltIn.Find(id));

    [Fact]
    public void A_snapshot_has_the_values_of_its_main_model()
    {
        var snapshot = BuiltIn.Find("qwen3.6-plus-2026-04-02")!;
        var main = BuiltIn.Find("qwen3.6-plus")!;
        Assert.Equal(main with { Id = snapshot.Id, Like = main.Id }, snapshot);
    }

    [Fact]
    public void A_snapshot_may_differ_from_its_main_model()
    {
        var snapshot = BuiltIn.Find("qwen3.7-max-2026-05-17")!;
        Assert.Equal(("Only", null), (snapshot.Thinking, snapshot.NativeEndpoint));
        Assert.Equal(1_000_000, snapshot.ContextWindow);
    }

    [Theory]
    [InlineData("qwen3.6-plus", QwenApi.Responses)]
    [InlineData("qwen3.6-plus-2026-04-02", QwenApi.Responses)]
    [InlineData("qwen3-vl-plus", QwenApi.ChatCompletions)]
    [InlineData("qwen3.5-omni-plus", QwenApi.ChatCompletions)]
    [InlineData("a-model-of-tomorrow", QwenApi.Responses)]
    public void The_default_API_is_the_first_API_that_lists_the_model(string id, QwenApi expected) => Assert.Equal(expected, ModelCatalogue.DefaultApi(id));

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(131_072, 0.8)]
    [InlineData(131_073, 2)]
    [InlineData(262_144, 2)]
    [InlineData(262_145, 4)]
    [InlineData(5_000_000_000, 4)]
    public void A_tier_includes_its_limit(long tokens, double expected) =>
        Assert.Equal((decimal)expected, ModelCatalogue.PriceFor(BuiltIn.Find("qwen3.5-plus")!, QwenRegion.Beijing, tokens)?.Input);

    [Fact]
    public void Prices_of_another_region_are_not_used() =>
        Assert.Null(ModelCatalogue.PriceFor(BuiltIn.Find("qwen3.8-max")!, QwenRegion.Singapore, 1));

    [Fact]
    public void Only_the_captioner_is_marked_as_a_single_turn_model() =>
        Assert.Equal(["qwen3-omni-30b-a3b-captioner"], BuiltIn.All.Where(model => model.SingleTurn).Select(model => model.Id));

    [Fact]
    public void Models_that_require_earlier_thinking_are_marked() =>
        Assert.Equal(["qwen3.8-flash", "qwen3.8-max", "qwen3.8-max-0902", "qwen3.8-max-2026-09-02"],
            BuiltIn.All.Where(model => model.PreserveThinking == "Required").Select(model => model.Id).Order(StringComparer.Ordinal));
}
