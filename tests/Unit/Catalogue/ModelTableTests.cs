using QwenChat.Catalogue;
using QwenChat.Tests.Model;
using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>Compares the built-in catalog with the tables that it was created from (wire §8, §10.1).</summary>
public class ModelTableTests
{
    private const int NewestModels = 5;
    private const int BeijingModels = 48;
    private const int BeijingTiers = 81;

    // Tiers that only wire §8.1 lists: 2 of older models, and 6 of new models (qwen3.7-plus 2, deepseek-v4.1-flash 2, glm-5.3 1, kimi-k3 1).
    private const int NewestTiers = 2 + 6;
    private const int SingaporeModels = 18;
    private const int SingaporeTiers = 38;

    private static QwenModel Model(string id) => ModelCatalogue.BuiltIn.Find(id) ?? throw new InvalidOperationException(id + " is missing.");

    private static IEnumerable<QwenModelPrice> Prices(QwenRegion region) =>
        ModelCatalogue.BuiltIn.All.Where(model => model.Like is null && model.MaxTextsPerRequest is null && !model.SingleTurn)
            .SelectMany(model => model.Prices).Where(price => price.RegionKind == region);

    [Fact]
    public void The_number_of_prices_matches_the_tables() =>
        Assert.Equal([BeijingTiers + NewestTiers, SingaporeTiers], [Prices(QwenRegion.Beijing).Count(), Prices(QwenRegion.Singapore).Count()]);

    [Fact]
    public void All_models_of_the_tables_are_listed() => Assert.Equal(97, ModelCatalogue.BuiltIn.All.Count);

    [Theory]
    [InlineData("qwen3.7-plus", 1, "2/8", "0.4/2.5/0.2")]
    [InlineData("qwen3.7-plus", 262145, "6/24", "1.2/7.5/0.6")]
    [InlineData("deepseek-v4.1-flash", 1, "2/8", "0.2//")]
    [InlineData("glm-5.3", 1, "8/28", "2//")]
    [InlineData("kimi-k3", 1, "20/100", "2//")]
    public void The_autumn_prices_are_listed(string id, long tokens, string price, string caches)
    {
        var tier = ModelCatalogue.PriceFor(Model(id), QwenRegion.Beijing, tokens)!;
        Assert.Equal([price, caches, "CNY"], [$"{Text(tier.Input, "")}/{Text(tier.Output, "")}",
            $"{Text(tier.ImplicitCacheHit, "")}/{Text(tier.ExplicitCacheCreation, "")}/{Text(tier.ExplicitCacheHit, "")}", tier.Currency]);
        Assert.Equal(new DateOnly(2026, 10, 7), tier.AsOf);
    }

    [Fact]
    public void Models_that_read_documents_are_marked() => Assert.Equal(
        ["qwen-doc-turbo", "qwen-long", "qwen3.5-ocr", "qwen3.8-27b", "qwen3.8-flash", "qwen3.8-max", "qwen3.8-max-0902", "qwen3.8-max-2026-09-02"],
        ModelCatalogue.BuiltIn.All.Where(model => model.InputModalities.Contains("file")).Select(model => model.Id).Order(StringComparer.Ordinal));

    // These models and endpoints are from recorded exchanges with the native API.
    [Theory]
    [InlineData("qwen-max", "text-generation")]
    [InlineData("qwen-plus", "text-generation")]
    [InlineData("qwen-plus-latest", "text-generation")]
    [InlineData("deepseek-v4-pro", "text-generation")]
    [InlineData("qwen3.6-plus", "multimodal-generation")]
    [InlineData("qwen-vl-plus", "multimodal-generation")]
    [InlineData("qwen-audio-turbo", "multimodal-generation")]
    [InlineData("qwen3-omni-30b-a3b-captioner", "multimodal-generation")]
    public void A_model_is_listed_for_the_API_of_its_recording(string id, string endpoint)
    {
        Assert.Contains(QwenApi.DashScope, Model(id).ApiKinds);
        Assert.Equal(endpoint, Model(id).NativeEndpoint);
    }

    [Theory]
    [InlineData("qwen3.8-max-2026-09-02")]
    [InlineData("qwen3.7-text-embedding")]
    [InlineData("qwen3.7-text-embedding-flash")]
    [InlineData("qwen-mt-uni")]
    public void The_autumn_models_are_listed(string id) => Assert.Equal(id, Model(id).Id);

    [SharedFact(ApiReference.File)]
    public void The_table_of_the_newest_models_is_complete()
    {
        var rows = ApiReference.Rows("8.1");
        Assert.Equal(NewestModels, rows.Count);
        Assert.All(rows, row =>
        {
            var model = Model(row[0]);
            Assert.Equal([row[2], row[3], row[4]], [Number(model.ContextWindow, "–"), Number(model.MaxInputTokens, "–"), Number(model.MaxOutputTokens, "–")]);
        });
    }

    [SharedFact(ApiReference.File)]
    public void The_Beijing_table_matches_cell_by_cell()
    {
        int models = 0, tiers = 0;
        QwenModel? model = null;
        int tier = 0;
        foreach (string[] row in ApiReference.Rows("8.2"))
        {
            if (row[0].Length > 0)
            {
                models++;
                tier = 0;
                model = Model(row[0]);
                Assert.Equal([row[1], row[2], row[3]], [Number(model.ContextWindow, ""), Number(model.MaxInputTokens, ""), Number(model.MaxOutputTokens, "")]);
            }
            if (row[5].Length == 0)
                continue;
            tiers++;
            var price = model!.Prices.Where(p => p.RegionKind == QwenRegion.Beijing).ElementAt(tier++);
            string caches = price.ImplicitCacheHit is null && price.ExplicitCacheHit is null ? ""
                : $"{Text(price.ImplicitCacheHit, "–")}/{Text(price.ExplicitCacheCreation, "–")}/{Text(price.ExplicitCacheHit, "–")}";
            Assert.Equal([row[5], row[6], row[7], row[8]], [Text(price.Input, ""), Text(price.Output, ""), Text(price.ThinkingOutput, ""), caches]);
        }
        Assert.Equal([BeijingModels, BeijingTiers], [models, tiers]);
    }

    [SharedFact(ApiReference.File)]
    public void The_Singapore_table_matches_cell_by_cell()
    {
        int models = 0, tiers = 0;
        foreach (string[] row in ApiReference.Rows("8.3").Where(row => !row[0].StartsWith("text-embedding", StringComparison.Ordinal)))
        {
            models++;
            var prices = Model(row[0]).Prices.Where(p => p.RegionKind == QwenRegion.Singapore).ToArray();
            tiers += prices.Length;
            string inputs = string.Join(" / ", prices.Select(p => Text(p.Input, "")));
            string outputs = string.Join(" / ", prices.Select(p => Text(p.Output, "")));
            string thinking = string.Join(" / ", prices.Select(p => Text(p.ThinkingOutput, "")));
            if (prices[0].ThinkingOutput is not null)
                outputs += $" (thinking {thinking})";
            Assert.Equal([row[2], row[3]], [inputs, outputs]);
        }
        Assert.Equal([SingaporeModels, SingaporeTiers], [models, tiers]);
    }

    [SharedFact(ApiReference.File)]
    public void Every_model_of_the_Responses_list_is_marked_for_Responses()
    {
        string text = ApiReference.Text;
        int start = text.IndexOf("### 2.2 ", StringComparison.Ordinal);
        string list = text[start..text.IndexOf("Earlier lists", start, StringComparison.Ordinal)];
        string main = "";
        foreach (string name in ApiReference.Ids(list.Replace("`-", "`suffix-", StringComparison.Ordinal)))
        {
            bool suffix = name.StartsWith("suffix-", StringComparison.Ordinal);
            main = suffix ? main : name;
            Assert.Contains(QwenApi.Responses, Model(suffix ? main + name["suffix".Length..] : name).ApiKinds);
        }
    }

    // These prices were selected from the tables by hand, so that the test does not need the tables.
    [Theory]
    [InlineData("qwen3.8-flash", QwenRegion.Beijing, 1, "0.8 2.7 - 0.1 1.25 0.1")]
    [InlineData("qwen3-max", QwenRegion.Beijing, 131_072, "4 16 - 0.8 5 0.4")]
    [InlineData("qwen-plus", QwenRegion.Beijing, 300_000, "4.8 48 64 0.96 6 0.48")]
    [InlineData("qwen3-vl-flash", QwenRegion.Beijing, 5_000, "0.15 1.5 - 0.03 0.1875 0.015")]
    [InlineData("qwen3-coder-plus", QwenRegion.Beijing, 900_000, "20 200 - 4 25 2")]
    [InlineData("qwen3-32b", QwenRegion.Beijing, 90_000, "2 8 20 - - -")]
    [InlineData("qwen3.6-plus", QwenRegion.Singapore, 262_145, "14.9884 44.965 - - - -")]
    [InlineData("qwen-plus", QwenRegion.Singapore, 10, "2.936 8.807 29.357 - - -")]
    [InlineData("qwen3.6-flash", QwenRegion.Singapore, 10, "1.87355 11.2413 - - - -")]
    [InlineData("qwen3-omni-30b-a3b-captioner", QwenRegion.Singapore, 10, "27.962 22.458 - - - -")]
    [InlineData("text-embedding-v4", QwenRegion.Singapore, 10, "0.514 - - - - -")]
    public void A_price_matches_the_price_list(string id, QwenRegion region, int tokens, string expected)
    {
        var price = ModelCatalogue.PriceFor(Model(id), region, tokens)!;
        Assert.Equal("CNY", price.Currency);
        Assert.Equal(expected, string.Join(' ', Text(price.Input, "-"), Text(price.Output, "-"), Text(price.ThinkingOutput, "-"),
            Text(price.ImplicitCacheHit, "-"), Text(price.ExplicitCacheCreation, "-"), Text(price.ExplicitCacheHit, "-")));
    }

    private static string Number(int? value, string unknown) => value is null ? unknown : FormattableString.Invariant($"{value:N0}");

    private static string Text(decimal? value, string unknown) => value is null ? unknown : FormattableString.Invariant($"{value}");
}
