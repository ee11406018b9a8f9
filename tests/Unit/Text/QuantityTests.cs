using System.Globalization;
using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Text;

public class QuantityTests
{
    [Theory]
    [InlineData(0, "0 turns")]
    [InlineData(1, "1 turn")]
    [InlineData(2, "2 turns")]
    [InlineData(1_234, "1,234 turns")]
    public void Only_one_has_a_singular(long count, string expected) => Assert.Equal(expected, Quantity.Of(count, "turn"));

    [Fact]
    public void The_number_has_the_format_of_the_culture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberGroupSeparator = ".";
        Assert.Equal("1.234 turns", Quantity.Of(1_234, "turn", culture));
    }
}
