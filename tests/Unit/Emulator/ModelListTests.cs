using System.Globalization;
using System.Net;
using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Protocols.Catalogue;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests the emulator's native model list, which contains the models of the built-in catalog.</summary>
public sealed class ModelListTests : IDisposable
{
    private readonly EmulatorClient _client = new(new QwenEmulatorOptions());

    public void Dispose() => _client.Dispose();

    private async Task<JsonElement> OutputAsync(string query) => (await _client.GetJsonAsync("/api/v1/models" + query)).GetProperty("output");

    private static IEnumerable<string?> Ids(JsonElement output) =>
        output.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("model").GetString());

    [Fact]
    public async Task The_default_page_has_twenty_models()
    {
        var first = await OutputAsync("");
        int total = first.GetProperty("total").GetInt32();
        Assert.Equal((1, 20, 20), (first.GetProperty("page_no").GetInt32(), first.GetProperty("page_size").GetInt32(), Ids(first).Count()));
        var all = new List<string?>();
        for (int number = 1; number <= (total + 29) / 30; number++)
            all.AddRange(Ids(await OutputAsync($"?page_no={number}&page_size=30")));
        Assert.Equal(ModelCatalogue.BuiltIn.All.Select(model => model.Id), all);
        Assert.Equal(total, all.Count);
        Assert.Empty(Ids(await OutputAsync("?page_no=999")));
    }

    [Theory]
    [InlineData("?page_no=0")]
    [InlineData("?page_no=-1")]
    [InlineData("?page_no=x")]
    [InlineData("?page_size=0")]
    [InlineData("?page_size=201")]
    public Task An_invalid_page_is_rejected(string query) => _client.GetJsonAsync("/api/v1/models" + query, HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("?model=qwen-plus", "qwen-plus")]
    [InlineData("?model=Qwen-Plus", "")]
    [InlineData("?name=EMBEDDING-V", "text-embedding-v4 text-embedding-v3 text-embedding-v2 text-embedding-v1")]
    [InlineData("?capabilities=TR&name=qwen3.7", "qwen3.7-text-embedding qwen3.7-text-embedding-flash")]
    [InlineData("?capabilities=TTS", "")]
    [InlineData("?features=of-tomorrow", "")]
    public async Task The_list_can_be_filtered(string query, string expected) => Assert.Equal(expected, string.Join(' ', Ids(await OutputAsync(query))));

    [Theory]
    [InlineData("", "输入<=128k", "128k<输入<=256k")]
    [InlineData("&language=en-US", "Input<=128k", "128k<Input<=256k")]
    public async Task Tiers_are_named_in_the_requested_language(string language, params string[] expected)
    {
        var model = (await OutputAsync("?model=qwen3.6-max-preview" + language)).GetProperty("models")[0];
        Assert.Equal(expected, model.GetProperty("prices").EnumerateArray().Select(range => range.GetProperty("range_name").GetString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&language=en-US")]
    public async Task The_models_read_from_the_list_are_those_of_the_catalog(string language)
    {
        var output = await OutputAsync("?page_size=200" + language);
        var read = output.GetProperty("models").EnumerateArray().Select(ListedModelReader.Read).ToArray();
        foreach (var (model, listed) in ModelCatalogue.BuiltIn.All.Zip(read))
        {
            Assert.NotNull(listed);
            Assert.Equal((model.Id, null), (listed.Id, listed.PriceFault));
            Assert.Equal((model.ContextWindow, model.MaxInputTokens, model.MaxOutputTokens, model.MaxThinkingTokens, model.OfflineDate),
                (listed.ContextWindow, listed.MaxInputTokens, listed.MaxOutputTokens, listed.MaxThinkingTokens, listed.OfflineDate));
            Assert.Equal(model.InputModalities.Where(form => form != "file"), listed.InputModalities);
            Assert.Equal(model.OutputModalities, listed.OutputModalities);
            Assert.Equal(model.Prices.Where(price => price.RegionKind == QwenRegion.Singapore).Select(Show), listed.Tiers.Select(Show));
        }
    }

    [Fact]
    public async Task Limits_are_listed_for_each_model()
    {
        using var limited = new EmulatorClient(new QwenEmulatorOptions { RequestsPerMinute = 60, TokensPerMinute = 5000 });
        foreach (string path in new[] { "/api/v1/models/limits", "/api/v1/quotas" })
        {
            var output = (await limited.GetJsonAsync(path + "?model=qwen-plus")).GetProperty("output");
            Assert.Equal(1, output.GetProperty("total").GetInt32());
            Assert.Equal(new QwenModelLimit { Model = "qwen-plus", RequestsPerMinute = 60, TokensPerMinute = 5000 },
                LimitReader.Read(output.GetProperty("quotas")[0]));
        }
    }

    private static string Show(QwenModelPrice price) => string.Create(CultureInfo.InvariantCulture, $"{price.UpToInputTokens} {price.TimeBand} {price.Input} "
        + $"{price.Output} {price.ThinkingOutput} {price.ImplicitCacheHit} {price.ExplicitCacheCreation} {price.ExplicitCacheHit} {price.BatchInput}");
}
