using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Text;

public class ByteSizeTests
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(1, "1 byte")]
    [InlineData(Megabyte - 1, "1,048,575 bytes")]
    [InlineData(Megabyte, "1 MB")]
    [InlineData(Megabyte * 25 / 2, "12.5 MB")]
    [InlineData(1000 * Megabyte, "1,000 MB")]
    [InlineData(20 * 1024 * Megabyte, "20 GB")]
    public void A_size_has_a_suitable_unit(long bytes, string expected) => Assert.Equal(expected, ByteSize.Of(bytes));

    [Theory]
    [InlineData(201 * Megabyte, "201 MB", "200 MB")]
    [InlineData(200 * Megabyte + 1, "209,715,201 bytes", "209,715,200 bytes")]
    public void A_size_above_a_limit_never_looks_like_the_limit(long bytes, string size, string limit)
    {
        using var german = new GermanCulture();
        Assert.Equal((size, limit), ByteSize.Over(bytes, 200 * Megabyte));
    }
}
