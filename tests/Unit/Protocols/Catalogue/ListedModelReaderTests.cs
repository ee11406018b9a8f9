using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Protocols.Catalogue;
using Xunit;

namespace QwenChat.Tests.Protocols.Catalogue;

/// <summary>Tests reading one model in the service's list (wire §19).</summary>
public sealed class ListedModelReaderTests
{
    private static ListedModel? Read(string entry) => ListedModelReader.Read(JsonDocument.Parse(entry).RootElement);

    [Fact]
    public void All_fields_are_read()
    {
        var model = Read("""
            {"model":"qwen9-max","name":"Q","description":"d","capabilities":["TG","Reasoning"],"features":["function-calling","batch"],
             "prices":[{"range_name":"Default","prices":[{"type":"input_token","price":"4","price_unit":"每百万tokens"},{"type":"extra","price":"1"}]}],
             "published_time":"2026-11-11 12:00:00","inference_metadata":{"request_modality":["Text","Image","3D"],"response_modality":["Text"]},
             "model_info":{"context_window":262144,"max_input_tokens":258048,"max_output_tokens":65536,"max_reasoning_tokens":32768},
             "equivalent_snapshot":null,"inference_offline_info":{"offline_time":"2027-01-31 00:00:00"}}
            """)!;
        Assert.Equal("qwen9-max", model.Id);
        Assert.Equal((262144, 258048, 65536, 32768), (model.ContextWindow, model.MaxInputTokens, model.MaxOutputTokens, model.MaxThinkingTokens));
        Assert.Equal(["text", "image"], model.InputModalities);
        Assert.Equal(["text"], model.OutputModalities);
        Assert.Equal(["function-calling", "batch"], model.Features);
        Assert.Equal(new DateOnly(2027, 1, 31), model.OfflineDate);
        Assert.Equal(4, Assert.Single(model.Tiers).Input);
        Assert.Null(model.PriceFault);
        Assert.Equal(["extra"], model.UnknownPrices);
    }

    [Fact]
    public void Missing_fields_are_unknown()
    {
        var model = Read("""{"model":" m ","model_info":{"context_window":null},"features":null,"inference_offline_info":null}""")!;
        Assert.Equal("m", model.Id);
        Assert.Equal((null, null, null, null), (model.ContextWindow, model.MaxInputTokens, model.MaxOutputTokens, model.MaxThinkingTokens));
        Assert.Empty(model.InputModalities.Concat(model.OutputModalities).Concat(model.Features).Concat(model.UnknownPrices));
        Assert.Empty(model.Tiers);
        Assert.Equal((null, null), (model.OfflineDate, model.PriceFault));
    }

    [Fact]
    public void An_embedding_model_has_vector_output_under_any_name() =>
        Assert.Equal(["embedding"], Read("""{"model":"e","capabilities":["TR"],"inference_metadata":{"response_modality":["Text"]}}""")!.OutputModalities);

    [Theory]
    [InlineData("{}")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"model":null}""")]
    [InlineData("""{"model":7}""")]
    [InlineData("""{"model":""}""")]
    [InlineData("""{"model":"  "}""")]
    [InlineData("""{"model":"a\u001b[2Jb"}""")]
    [InlineData("""{"model":"\ud800"}""")]
    public void An_entry_without_a_name_is_skipped(string entry) => Assert.Null(Read(entry));

    [Fact]
    public void An_oversized_name_is_skipped() => Assert.Null(Read($$"""{"model":"{{new string('x', 1_000_000)}}"}"""));

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("255")]
    [InlineData("1000.5")]
    [InlineData("1e300")]
    [InlineData("99999999999")]
    [InlineData("\"many\"")]
    [InlineData("[1]")]
    [InlineData("true")]
    public void An_impossible_count_is_unknown(string count) =>
        Assert.Null(Read($$"""{"model":"m","model_info":{"context_window":{{count}} } }""")!.ContextWindow);

    [Theory]
    [InlineData("""{"offline_time":"2026-12-31 00:00:00"}""", "2026-12-31")]
    [InlineData("""{"offlineTime":"2026-12-31T00:00:00Z","announceUrl":"https://x"}""", "2026-12-31")]
    [InlineData("""{"inference":{"offline_time":"2026-12-31"}}""", "2026-12-31")]
    [InlineData("""{"a":{"offline_time":"2027-05-01"},"b":{"offlineTime":"2026-12-31"}}""", "2026-12-31")]
    [InlineData("""{"offline_time":1798675200000}""", "2026-12-31")]
    [InlineData("""{"offline_time":null}""", null)]
    [InlineData("""{"offline_time":"soon"}""", null)]
    [InlineData("""{"offline_time":"31.12.2026 00:00"}""", null)]
    [InlineData("""{"offline_time":12}""", null)]
    [InlineData("""{"offline_time":1e300}""", null)]
    [InlineData("[]", null)]
    [InlineData("\"2026-12-31\"", null)]
    public void The_last_day_is_read_in_all_observed_forms(string info, string? expected) =>
        Assert.Equal(expected, Read($$"""{"model":"m","inference_offline_info":{{info}} }""")!.OfflineDate?.ToString("yyyy-MM-dd",
            System.Globalization.CultureInfo.InvariantCulture));
}
