using QwenChat.Protocols.Catalogue;
using Xunit;

namespace QwenChat.Tests.Protocols.Catalogue;

/// <summary>Tests reading the names of input token ranges in the service's model list.</summary>
public sealed class PriceRangeTests
{
    [Theory]
    [InlineData(null, 0, null)]
    [InlineData("", 0, null)]
    [InlineData("Default", 0, null)]
    [InlineData(" default ", 0, null)]
    [InlineData("输入<=32k", 0, 32 * 1024)]
    [InlineData("Input<=128K", 0, 128 * 1024)]
    [InlineData("輸入 <= 128k", 0, 128 * 1024)]
    [InlineData("32k<输入<=128k", 32 * 1024, 128 * 1024)]
    [InlineData("32k < Input <= 200k", 32 * 1024, 200 * 1024)]
    [InlineData("256k<输入<=1m", 256 * 1024, 1024 * 1024)]
    [InlineData("256k<Input", 256 * 1024, null)]
    [InlineData("Input≤1.5k", 0, 1536)]
    [InlineData("Input<=1000", 0, 1000)]
    public void A_range_is_read(string? name, int from, int? upTo) => Assert.Equal(new PriceRange(from, upTo), PriceRange.Read(name));

    [Theory]
    [InlineData("Thinking")]
    [InlineData("Input")]
    [InlineData("Output<=32k")]
    [InlineData("Duration<=5s")]
    [InlineData("Input<=")]
    [InlineData("Input<=32g")]
    [InlineData("Input<=0k")]
    [InlineData("Input<=1.2.3k")]
    [InlineData("Input<=-5")]
    [InlineData("Input<=999999999999m")]
    [InlineData("128k<Input<=32k")]
    [InlineData("32k<Input<=32k")]
    [InlineData("32k<Input<=128k and Output<=4k")]
    [InlineData("32k<32k<Input")]
    public void A_name_in_a_different_form_is_not_interpreted(string name) => Assert.Null(PriceRange.Read(name));

    [Fact]
    public void A_long_name_is_read_quickly() => Assert.Null(PriceRange.Read(new string('1', 1_000_000) + "k<Input"));
}
