using System.Text;
using QwenChat.Catalogue;
using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>Tests the service's model list, which overrides the built-in catalog and is overridden by the user's own file.</summary>
public sealed class ServiceCatalogueFileTests : IDisposable
{
    private static readonly DateOnly s_day = new(2026, 11, 28);
    private static readonly ListedPrices s_beijing = new(QwenRegion.Beijing, "CNY", s_day);
    private static readonly ListedPrices s_singapore = new(QwenRegion.Singapore, "USD", s_day);

    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;

    private string Own => Path.Combine(_folder, "own.json");

    private string Listed => Path.Combine(_folder, "models.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static QwenModelPrice Tier(decimal input, int? upTo = null, string? band = null) =>
        new() { Currency = "", Input = input, Output = input * 4, UpToInputTokens = upTo, TimeBand = band };

    private static byte[] Make(byte[]? before, ListedPrices prices, params ListedModel[] models) =>
        ServiceCatalogueFile.Make(before is null ? null : ModelList.Merge(ModelFile.Read("x", before)), models, prices, ModelCatalogue.BuiltIn);

    private ModelList Load(byte[] listed, string? own = null)
    {
        File.WriteAllBytes(Listed, listed);
        if (own is not null)
            File.WriteAllText(Own, own);
        var (models, fault) = ModelCatalogue.Load(own is null ? null : Own, Listed);
        Assert.Null(fault);
        return models;
    }

    private static string Prices(QwenModel model) => string.Join("; ", model.Prices.Select(price => $"{price} {price.AsOf:MM-dd}"));

    [Fact]
    public void The_list_overrides_the_built_in_catalog()
    {
        var model = Load(Make(null, s_singapore, new ListedModel("qwen-plus")
        {
            ContextWindow = 2_000_000, Features = ["batch"], OfflineDate = new(2027, 3, 1), Tiers = [Tier(0.4m, 262144), Tier(1.2m)],
        })).Find("qwen-plus")!;
        Assert.Equal((2_000_000, 997_952, 32_768, "Off"), (model.ContextWindow, model.MaxInputTokens, model.MaxOutputTokens, model.Thinking));
        Assert.Equal((new DateOnly(2027, 3, 1), s_day), (model.OfflineDate, model.AsOf));
        Assert.Equal(["batch"], model.Features);
        Assert.Equal("Beijing, up to 131072: CNY 0.8 in, 2 out 05-27; Beijing, up to 262144: CNY 2.4 in, 20 out 05-27; Beijing: CNY 4.8 in, 48 out 05-27; "
            + "Singapore, up to 262144: USD 0.4 in, 1.6 out 11-28; Singapore: USD 1.2 in, 4.8 out 11-28", Prices(model));
    }

    [Fact]
    public void Every_price_field_survives_the_file()
    {
        var price = new QwenModelPrice
        {
            RegionKind = QwenRegion.Beijing, Currency = "CNY", AsOf = s_day, TimeBand = "peak", Input = 2, Output = 8.5m, ThinkingOutput = 20,
            ImplicitCacheHit = 0.4m, ExplicitCacheCreation = 2.5m, ExplicitCacheHit = 0.2m, BatchInput = 1, BatchOutput = 4,
        };
        var model = Load(Make(null, s_beijing, new ListedModel("new") { Tiers = [price] })).Find("new")!;
        Assert.Equal([price], model.Prices);
    }

    [Fact]
    public void The_users_file_overrides_the_list_and_the_built_in_catalog()
    {
        var listed = Make(null, s_beijing, new ListedModel("qwen-plus") { ContextWindow = 5, MaxOutputTokens = 6, Tiers = [Tier(1)] }, new ListedModel("new"));
        var models = Load(listed, """
            { "models": { "qwen-plus": { "contextWindow": 7, "prices": { "Beijing": { "currency": "EUR", "tiers": [ { "input": 9 } ] } } },
              "mine": { "like": "qwen-plus" }, "new": { "note": "seen" } } }
            """);
        var model = models.Find("qwen-plus")!;
        Assert.Equal((7, 6), (model.ContextWindow, model.MaxOutputTokens));
        Assert.Equal("Beijing: EUR 9 in", $"{Assert.Single(model.Prices, price => price.RegionKind == QwenRegion.Beijing)}");
        Assert.Equal((7, 6), (models.Find("mine")!.ContextWindow, models.Find("mine")!.MaxOutputTokens));
        Assert.Equal("seen", models.Find("new")!.Note);
    }

    [Fact]
    public void A_users_model_takes_precedence_over_the_listed_model()
    {
        var models = Load(Make(null, s_beijing, new ListedModel("mine") { ContextWindow = 5, MaxInputTokens = 4 }),
            """{ "models": { "MINE": { "contextWindow": 9 } } }""");
        Assert.Equal((9, 4), (models.Find("mine")!.ContextWindow, models.Find("mine")!.MaxInputTokens));
    }

    [Fact]
    public void Only_the_prices_of_the_listed_region_are_replaced()
    {
        var first = Make(null, s_beijing, new ListedModel("a") { ContextWindow = 1, Tiers = [Tier(1)] }, new ListedModel("gone") { Tiers = [Tier(2)] },
            new ListedModel("both") { Tiers = [Tier(3)] });
        var second = Make(first, s_singapore, new ListedModel("A") { ContextWindow = 2, Tiers = [Tier(4)] }, new ListedModel("b") { Tiers = [Tier(5)] });
        var third = Make(second, s_beijing, new ListedModel("both") { Tiers = [Tier(6)] });
        var models = Load(third);
        Assert.Equal("Singapore: USD 4 in, 16 out 11-28", Prices(models.Find("a")!));
        Assert.Equal(2, models.Find("a")!.ContextWindow);
        Assert.Equal("Singapore: USD 5 in, 20 out 11-28", Prices(models.Find("b")!));
        Assert.Equal("Beijing: CNY 6 in, 24 out 11-28", Prices(models.Find("both")!));
        Assert.Null(models.Find("gone"));
    }

    [Fact]
    public void A_model_with_unreadable_prices_keeps_its_built_in_prices()
    {
        var listed = Make(null, s_beijing, new ListedModel("qwen-plus") { PriceFault = "odd" });
        Assert.StartsWith("Beijing, up to 131072: CNY 0.8 in, 2 out 05-27;", Prices(Load(listed).Find("qwen-plus")!), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_region_there_are_no_prices() =>
        Assert.Empty(Load(Make(null, new ListedPrices(null, "CNY", s_day), new ListedModel("new") { Tiers = [Tier(1)] })).Find("new")!.Prices);

    [Fact]
    public void The_built_in_modalities_take_precedence()
    {
        var models = Load(Make(null, s_beijing,
            new ListedModel("qwen3.8-max") { InputModalities = ["text"], OutputModalities = ["text"] },
            new ListedModel("text-embedding-v4") { OutputModalities = ["text"] },
            new ListedModel("qwen3.7-flash") { InputModalities = ["text", "image"], OutputModalities = ["audio"] },
            new ListedModel("new") { InputModalities = ["audio"], OutputModalities = ["text"] }));
        Assert.Equal(["text", "image", "video", "file"], models.Find("qwen3.8-max")!.InputModalities);
        Assert.Equal(["embedding"], models.Find("text-embedding-v4")!.OutputModalities);
        Assert.Equal(["text", "image"], models.Find("qwen3.7-flash")!.InputModalities);
        Assert.Equal(["text"], models.Find("qwen3.7-flash")!.OutputModalities);
        Assert.Equal(["audio"], models.Find("new")!.InputModalities);
    }

    [Fact]
    public void Unusual_names_and_words_are_escaped()
    {
        const string odd = "a\"b\\c/模型{}\u2028";
        var model = Load(Make(null, s_beijing, new ListedModel(odd) { Features = [odd], Tiers = [Tier(1, band: odd)] })).Find(odd)!;
        Assert.Equal([odd], model.Features);
        Assert.Equal(odd, Assert.Single(model.Prices).TimeBand);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{ "models": { "a": { "memberOfTomorrow": 1 } } }""")]
    [InlineData("""{ "models": { "a": { "like": "nowhere" } } }""")]
    [InlineData("""{ "models": { "a": { "prices": { "Moon": {} } } } }""")]
    public void A_damaged_file_is_skipped_with_a_warning(string text)
    {
        File.WriteAllText(Listed, text);
        var (models, fault) = ModelCatalogue.Load(null, Listed);
        Assert.Equal(ModelCatalogue.BuiltIn.All.Count, models.All.Count);
        Assert.StartsWith($"The model catalog '{Listed}' cannot be used. Line 1, ", fault, StringComparison.Ordinal);
        Assert.EndsWith("The file is ignored. Run Update-QwenModelCatalog to write it again.", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_skipped_and_a_missing_file_is_accepted()
    {
        Assert.Null(ModelCatalogue.Load(null, Listed).Fault);
        Assert.Null(ModelCatalogue.Load(null, null).Fault);
        Directory.CreateDirectory(Listed);
        Assert.Null(ModelCatalogue.Load(null, Listed).Fault);
    }

    [Fact]
    public void An_edited_file_is_read_with_comments_and_written_without_them()
    {
        byte[] before = Encoding.UTF8.GetBytes(
            """{ "models": { /* mine */ "a": { "prices": { "Tokyo": { "currency": "JPY", "tiers": [ { "input": 9 }, ] } } }, } }""");
        Assert.Equal("Tokyo: JPY 9 in ", Prices(Load(Make(before, s_beijing, new ListedModel("b"))).Find("a")!));
    }

    [Fact]
    public void A_duplicate_member_is_accepted() => Assert.Equal("Tokyo: JPY 9 in ", Prices(Load(Make(Encoding.UTF8.GetBytes(
        """{"models":{"a":{"note":"x","note":"y","prices":null,"prices":{"Tokyo":{"currency":"JPY","tiers":[{"input":9}]}}}}}"""), s_beijing)).Find("a")!));

    [Theory]
    [InlineData("https://dashscope-intl.aliyuncs.com", QwenRegion.Singapore, "USD")]
    [InlineData("https://dashscope.aliyuncs.com", QwenRegion.Beijing, "CNY")]
    [InlineData("http://127.0.0.1:5000", QwenRegion.Singapore, "CNY")]
    public void The_region_determines_the_currency(string address, QwenRegion region, string currency)
    {
        var connection = QwenConnection.To(new Uri(address), null);
        Assert.Equal(new ListedPrices(region, currency, s_day), ListedPrices.Of(connection, null, s_day));
        Assert.Equal(new ListedPrices(region, "EUR", s_day), ListedPrices.Of(connection, "EUR", s_day));
    }
}
