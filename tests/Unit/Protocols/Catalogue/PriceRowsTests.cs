using System.Globalization;
using System.Text.Json;
using QwenChat.Protocols.Catalogue;
using Xunit;

namespace QwenChat.Tests.Protocols.Catalogue;

/// <summary>Tests reading the prices in the service's model list (wire §19). The rows were observed on 2026-10-07.</summary>
public sealed class PriceRowsTests
{
    private static (IReadOnlyList<QwenModelPrice> Tiers, string? Fault, IReadOnlyList<string> Unknown) Read(params string[] ranges)
    {
        // Each string is the name of a range, followed by rows in the form type=price or type=price@band, where band is a time of day.
        var prices = ranges.Select(range => range.Split(' ')).Select(words => new
        {
            range_name = words[0].Replace('_', ' '),
            prices = words[1..].Select(word => word.Split('=', '@')).Select(row => new
            {
                type = row[0], price = row[1], price_unit = "每百万tokens", price_name = "x", time_band = row.Length > 2 ? row[2] : "standard",
            }),
        });
        return PriceRows.Read(JsonSerializer.SerializeToElement(new { prices }));
    }

    private static (IReadOnlyList<QwenModelPrice> Tiers, string? Fault, IReadOnlyList<string> Unknown) ReadRow(string row) =>
        PriceRows.Read(JsonDocument.Parse($$"""{"prices":[{"range_name":"Default","prices":[{{row}}]}]}""").RootElement);

    private static string Show(QwenModelPrice price) => string.Create(CultureInfo.InvariantCulture,
        $"{price.TimeBand}|{price.UpToInputTokens}|{price.Input}/{price.Output}/{price.ThinkingOutput}|{price.ImplicitCacheHit}/{price.ExplicitCacheCreation}/"
            + $"{price.ExplicitCacheHit}|{price.BatchInput}/{price.BatchOutput}");

    [Fact]
    public void Cache_and_batch_rows_are_never_input_prices()
    {
        var (tiers, fault, unknown) = Read("Default input_token_cache_read=1 input_token_batch=6 output_token_batch=18 input_token=12 output_token=36 "
            + "input_token_cache=1.5 input_token_cache_creation_5m=15 input_token_batch_chat=12 output_token_batch_chat=36");
        Assert.Equal(["||12/36/|1.5/15/1|6/18"], tiers.Select(Show));
        Assert.Null(fault);
        Assert.Empty(unknown);
    }

    [Fact]
    public void Tiers_increase_and_the_last_tier_has_no_limit()
    {
        var (tiers, fault, _) = Read("128k<输入<=256k input_token=7 output_token=28", "输入<=32k input_token=2.5 output_token=10",
            "32k<输入<=128k input_token=4 output_token=16");
        Assert.Null(fault);
        Assert.Equal(["|32768|2.5/10/|//|/", "|131072|4/16/|//|/", "||7/28/|//|/"], tiers.Select(Show));
    }

    [Fact]
    public void Times_of_day_have_their_own_tiers()
    {
        var (tiers, fault, _) = Read(
            "Default input_token=1@offpeak input_token=2@peak output_token=4@offpeak output_token=8@peak input_token_cache=0.1@offpeak");
        Assert.Null(fault);
        Assert.Equal(["offpeak||1/4/|0.1//|/", "peak||2/8/|//|/"], tiers.Select(Show));
    }

    [Fact]
    public void Thinking_has_its_own_output_price()
    {
        var (tiers, fault, _) = Read("Default input_token=0.8 output_token=2 thinking_input_token=0.8 thinking_output_token=8");
        Assert.Null(fault);
        Assert.Equal(["||0.8/2/8|//|/"], tiers.Select(Show));
    }

    [Fact]
    public void A_model_that_always_thinks_has_only_thinking_rows()
    {
        var (tiers, fault, _) = Read("Default thinking_input_token=2 thinking_output_token=20 thinking_input_token_cache_read=0.2");
        Assert.Null(fault);
        Assert.Equal(["||2/20/|//0.2|/"], tiers.Select(Show));
    }

    [Fact]
    public void Embeddings_have_an_input_price() => Assert.Equal(["||0.5//|//|/"], Read("Default embedding_token=0.5").Tiers.Select(Show));

    [Fact]
    public void Prices_that_are_not_per_token_are_skipped_and_named()
    {
        var (tiers, fault, unknown) = Read("Default image_number=0.075 content_duration=1", "5s video=2");
        Assert.Empty(tiers);
        Assert.Null(fault);
        Assert.Equal(["content_duration", "image_number", "video"], unknown);
    }

    [Fact]
    public void An_unknown_kind_of_price_does_not_affect_other_prices()
    {
        var (tiers, fault, unknown) = Read("Default input_token=3 output_token=9 input_token_of_tomorrow=1 INPUT_TOKEN=7");
        Assert.Equal(["||3/9/|//|/"], tiers.Select(Show));
        Assert.Null(fault);
        Assert.Equal(["INPUT_TOKEN", "input_token_of_tomorrow"], unknown);
    }

    [Theory]
    [InlineData("the range 'Thinking' is unknown", "Thinking input_token=1")]
    [InlineData("there is no input price for 'Default'", "Default output_token=1")]
    [InlineData("there are two different prices of input_token for 'Default'", "Default input_token=1 input_token=2")]
    [InlineData("the price of input is 1 without thinking and 2 with thinking for 'Default'", "Default input_token=1 thinking_input_token=2")]
    [InlineData("the price of input_token is not valid: '-1'", "Default input_token=-1")]
    [InlineData("the price of input_token is not valid: '1,5'", "Default input_token=1,5")]
    [InlineData("the price of input_token is not valid: '1e3'", "Default input_token=1e3")]
    [InlineData("the price of input_token is not valid: ''", "Default input_token=")]
    [InlineData("the price of input_token is not valid: '99999999999'", "Default input_token=99999999999")]
    [InlineData("the tiers are not contiguous at 65536 tokens", "Input<=32k input_token=1", "64k<Input<=128k input_token=2")]
    [InlineData("the tiers are not contiguous at 0 tokens", "Input<=32k input_token=1", "Input<=64k input_token=2")]
    [InlineData("the tiers are not contiguous at 32768 tokens", "32k<Input<=64k input_token=1")]
    [InlineData("there is no input price for '32k<Input<=64k'", "Input<=32k input_token=1", "32k<Input<=64k output_token=2")]
    public void Unreadable_rows_result_in_no_price(string expected, params string[] ranges)
    {
        var (tiers, fault, _) = Read(ranges);
        Assert.Empty(tiers);
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("每百万tokens")]
    [InlineData("Per 1M tokens")]
    [InlineData("per million tokens")]
    [InlineData("1M tokens")]
    [InlineData("/ 1M tokens")]
    public void Every_known_name_of_a_million_tokens_is_read(string unit) =>
        Assert.Equal(["||3//|//|/"], ReadRow($$"""{"type":"input_token","price":3,"price_unit":"{{unit}}","time_band":null}""").Tiers.Select(Show));

    [Theory]
    [InlineData("\"每千tokens\"")]
    [InlineData("\"Per 1K tokens\"")]
    [InlineData("\"Per image\"")]
    [InlineData("null")]
    [InlineData("5")]
    public void A_different_unit_is_not_converted(string unit) =>
        Assert.StartsWith("the price of input_token has the unknown unit '", ReadRow($$"""{"type":"input_token","price":"3","price_unit":{{unit}}}""").Fault,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"prices\":null}")]
    [InlineData("{\"prices\":\"3\"}")]
    [InlineData("{\"prices\":[null,5,\"x\",[]]}")]
    [InlineData("{\"prices\":[{\"range_name\":7,\"prices\":{}}]}")]
    [InlineData("{\"prices\":[{\"prices\":[null,[],{\"type\":5},{\"price\":\"3\"}]}]}")]
    public void A_list_in_a_different_form_has_no_prices(string model)
    {
        var (tiers, fault, unknown) = PriceRows.Read(JsonDocument.Parse(model).RootElement);
        Assert.Empty(tiers);
        Assert.Null(fault);
        Assert.Empty(unknown);
    }
}
