using System.Text;
using QwenChat.Catalogue;
using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>Tests a user's own catalog file, which overrides the built-in catalog.</summary>
public sealed class ModelFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"qwenchat-models-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_path);

    private ModelList Load(string json)
    {
        File.WriteAllText(_path, json, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        return ModelCatalogue.Load(_path, null).Models;
    }

    private string Fault(string json)
    {
        var error = Assert.Throws<QwenException>(() => Load(json));
        Assert.Equal(QwenErrorKind.InvalidRequest, error.Kind);
        Assert.StartsWith($"The model catalog '{_path}' cannot be used. ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("or remove the environment variable QWENCHAT_MODELS.", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    [Fact]
    public void A_specified_member_is_replaced_and_the_other_members_stay()
    {
        var model = Load("""{ "models": { "Qwen3.6-PLUS": { "maxOutputTokens": 100 } } }""").Find("qwen3.6-plus")!;
        Assert.Equal(("qwen3.6-plus", 100, 991_808, "On"), (model.Id, model.MaxOutputTokens, model.MaxInputTokens, model.Thinking));
        Assert.Equal(4, model.Apis.Count);
    }

    [Fact]
    public void A_regions_prices_are_replaced_and_the_other_regions_stay()
    {
        var models = Load("""
            { "models": { "qwen3.6-plus": { "prices": {
                "Singapore": { "currency": "USD", "asOf": "2026-11-01",
                  "tiers": [ { "upToInputTokens": 1000, "input": 0.5, "output": 3 }, { "input": 2, "output": 6 } ] }
            } } } }
            """);
        var model = models.Find("qwen3.6-plus")!;
        Assert.Equal(
            [
                new QwenModelPrice { RegionKind = QwenRegion.Singapore, Currency = "USD", AsOf = new(2026, 11, 1), UpToInputTokens = 1000, Input = 0.5m,
                    Output = 3 },
                new QwenModelPrice { RegionKind = QwenRegion.Singapore, Currency = "USD", AsOf = new(2026, 11, 1), Input = 2, Output = 6 },
            ],
            model.Prices.Where(price => price.RegionKind == QwenRegion.Singapore));
        Assert.Equal(2, model.Prices.Count(price => price.RegionKind == QwenRegion.Beijing));
    }

    [Fact]
    public void Batch_prices_times_of_day_features_and_the_offline_date_are_read()
    {
        var model = Load("""
            { "models": { "m": { "features": ["batch", "new-one"], "offlineDate": "2027-01-31", "prices": {
                "Beijing": { "currency": "CNY", "tiers": [ { "timeBand": "peak", "input": 2, "output": 8, "batchInput": 1, "batchOutput": 4 } ] }
            } } } }
            """).Find("m")!;
        Assert.Equal(["batch", "new-one"], model.Features);
        Assert.Equal(new DateOnly(2027, 1, 31), model.OfflineDate);
        var price = new QwenModelPrice
        {
            RegionKind = QwenRegion.Beijing, Currency = "CNY", TimeBand = "peak", Input = 2, Output = 8, BatchInput = 1, BatchOutput = 4,
        };
        Assert.Equal(price, Assert.Single(model.Prices));
        Assert.Equal("Beijing, peak: CNY 2 in, 8 out", $"{price}");
    }

    [Theory]
    [InlineData("peak 10 2, peak - 3, off 10 1, off - 9", 5, 2)]
    [InlineData("off 10 1, off - 9, peak 10 2, peak - 3", 5, 2)]
    [InlineData("off 10 1, off - 9, peak 10 2, peak - 3", 11, 9)]
    [InlineData("off 10 1, peak 20 2", 15, 2)]
    [InlineData("off - 1, - 10 5, - - 6", 5, 5)]
    [InlineData("off - 1, peak - 1", 5, 1)]
    public void The_highest_price_of_the_times_of_day_applies(string tiers, int tokens, int expected)
    {
        var prices = tiers.Split(", ").Select(tier => tier.Split(' ')).Select(tier => new QwenModelPrice
        {
            RegionKind = QwenRegion.Beijing, Currency = "CNY", TimeBand = tier[0] == "-" ? null : tier[0],
            UpToInputTokens = tier[1] == "-" ? null : int.Parse(tier[1], System.Globalization.CultureInfo.InvariantCulture),
            Input = decimal.Parse(tier[2], System.Globalization.CultureInfo.InvariantCulture),
        });
        Assert.Equal(expected, ModelCatalogue.PriceFor(new QwenModel { Id = "m", Prices = [.. prices] }, QwenRegion.Beijing, tokens)?.Input);
    }

    [Fact]
    public void A_snapshot_uses_the_entry_of_its_main_model() =>
        Assert.Equal(7, Load("""{ "models": { "qwen3.6-plus": { "maxOutputTokens": 7 } } }""").Find("qwen3.6-plus-2026-04-02")?.MaxOutputTokens);

    [Fact]
    public void Null_removes_a_known_value()
    {
        var model = Load("""
            { "models": { "qwen3.6-plus": { "contextWindow": null, "thinking": null, "preserveThinking": null, "apis": null, "prices": { "Beijing": null } } } }
            """).Find("qwen3.6-plus")!;
        Assert.Equal((null, null, "Never", 0), (model.ContextWindow, model.Thinking, model.PreserveThinking, model.Apis.Count));
        Assert.All(model.Prices, price => Assert.Equal(QwenRegion.Singapore, price.RegionKind));
    }

    [Fact]
    public void A_new_model_is_added_after_the_known_models()
    {
        var models = Load("""
            {
              // Ours.
              "about": "what we run",
              "models": { "llama3:8b": { "contextWindow": 8192, "apis": ["ChatCompletions"], }, "house/qwen": { "like": "qwen3.6-plus" } },
            }
            """);
        Assert.Equal(ModelCatalogue.BuiltIn.All.Count + 2, models.All.Count);
        Assert.Equal(["llama3:8b", "house/qwen"], models.All.TakeLast(2).Select(model => model.Id));
        Assert.Equal(1_000_000, models.Find("house/qwen")?.ContextWindow);
    }

    [Theory]
    [InlineData("{", "Line 1, column 2: Expected depth to be zero at the end of the JSON payload.")]
    [InlineData("{ \"models\": {\n  \"a\": { \"asOf\": x }\n} }", "Line 2, column 18: 'x' is an invalid start of a value.")]
    [InlineData("{ \"models\": {} } {}", "Line 1, column 18: '{' is invalid after a single JSON value.")]
    [InlineData("[]", "The file must be an object")]
    [InlineData("{ \"modles\": {} }", "'modles' is not a member of the file")]
    [InlineData("{ \"models\": [] }", "'models' must be an object whose property names are model ids")]
    [InlineData("{ \"models\": { \"a\": 1 } }", "The entry of the model 'a' must be an object.")]
    [InlineData("{ \"models\": { \"a\": {}, \"A\": {} } }", "The model 'A' is described twice.")]
    [InlineData("{ \"models\": { \"\": {} } }", "A model needs a name.")]
    [InlineData("{ \"models\": { \"a\": { \"like\": 1 } } }", "'like' must be the name of a model.")]
    [InlineData("{ \"models\": { \"a\": { \"like\": \"b\" } } }", "The 'like' of model 'a' is 'b', which is not in the catalog.")]
    [InlineData("{ \"models\": { \"a\": { \"like\": \"b\" }, \"b\": { \"like\": \"A\" } } }",
        "The 'like' of model 'b' is 'A', which in turn inherits from 'b'.")]
    [InlineData("{ \"models\": {\n\"a\": {\n  \"thinkng\": \"On\" } } }", "Line 3, column 14: Model 'a': 'thinkng' is not a member of a model entry.")]
    [InlineData("{ \"models\": { \"a\": { \"thinking\": \"Maybe\" } } }", "Line 1, column 34: Model 'a': 'Maybe' is not one of Never, Off, On, Only.")]
    [InlineData("{ \"models\": { \"a\": { \"apis\": [\"Chat\"] } } }", "'Chat' is not one of Responses, Conversations, ChatCompletions, DashScope.")]
    [InlineData("{ \"models\": { \"a\": { \"apis\": \"Responses\" } } }", "The value must be a list")]
    [InlineData("{ \"models\": { \"a\": { \"inputModalities\": [null] } } }", "A list cannot contain null.")]
    [InlineData("{ \"models\": { \"a\": { \"contextWindow\": \"1M\" } } }", "The value must be a whole number greater than 0")]
    [InlineData("{ \"models\": { \"a\": { \"contextWindow\": 1.5 } } }", "The value must be a whole number greater than 0")]
    [InlineData("{ \"models\": { \"a\": { \"streamOnly\": \"yes\" } } }", "The value must be true or false.")]
    [InlineData("{ \"models\": { \"a\": { \"asOf\": \"27.5.2026\" } } }", "The value must be a date, such as 2026-05-27.")]
    [InlineData("{ \"models\": { \"a\": { \"note\": 5 } } }", "The value must be a string in quotation marks.")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": [] } } }", "The value must be an object.")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": { \"Mars\": {} } } } }",
        "'Mars' is not one of Singapore, Beijing, Virginia, HongKong, Frankfurt, Tokyo.")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": { \"Tokyo\": { \"tiers\": [] } } } } }", "Prices need a 'currency', such as CNY or USD.")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": { \"Tokyo\": { \"cost\": 1 } } } } }",
        "'cost' is not a member of a region's prices. The members are 'currency', 'asOf' and 'tiers'.")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": { \"Tokyo\": { \"currency\": \"USD\", \"tiers\": [ { \"in\": 1 } ] } } } } }",
        "'in' is not a member of a price tier. The members are the properties that Get-QwenModel shows for a price")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": { \"Tokyo\": { \"currency\": \"USD\", \"tiers\": [ { \"input\": -1 } ] } } } } }",
        "The value must be a price")]
    [InlineData("{ \"models\": { \"a\": { \"prices\": { \"Tokyo\": { \"currency\": \"USD\", \"tiers\": [ {}, {} ] } } } } }",
        "The 'upToInputTokens' values must increase from tier to tier")]
    public void An_error_names_its_position(string json, string expected) => Assert.Contains(expected, Fault(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("{ \"models\": { \"a\": { \"note\": \"\u00FC\" } } }", 30)]
    [InlineData("{ \"models\": { \"\u00FC\": {} } }", 15)]
    public void A_file_that_is_not_UTF8_is_an_error(string json, int column)
    {
        var error = Assert.Throws<QwenException>(() => ModelList.Merge(ModelFile.Read("x.json", Encoding.Latin1.GetBytes(json))));
        Assert.Contains($"Line 1, column {column}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_of_a_missing_file_contains_its_path()
    {
        var error = Assert.Throws<QwenException>(() => ModelCatalogue.Load(_path, null));
        Assert.Equal(QwenErrorKind.InvalidRequest, error.Kind);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
        Assert.Contains("QWENCHAT_MODELS", error.Message, StringComparison.Ordinal);
    }
}
