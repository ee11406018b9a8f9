using System.Globalization;
using Xunit;

namespace QwenChat.Tests.Model;

/// <summary>The text of a usage.</summary>
public class QwenUsageTests
{
    [Fact]
    public void AsAStringNamesWhatWasReported() =>
        Assert.Equal("1,200 in, 85 out, 1,024 cached",
        new QwenUsage { InputTokens = 1200, OutputTokens = 85, TotalTokens = 1285, CachedTokens = 1024 }.ToString());

    [Fact]
    public void AsAStringIsEmptyWhenNothingWasReported() => Assert.Equal("", new QwenUsage().ToString());

    [Fact]
    public void IsTheSameStringInEveryCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberGroupSeparator = ".";
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal("1,200 in", new QwenUsage { InputTokens = 1200 }.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
