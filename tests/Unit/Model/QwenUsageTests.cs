using Xunit;

namespace QwenChat.Tests.Model;

/// <summary>Tests the text form of usage.</summary>
public class QwenUsageTests
{
    [Fact]
    public void The_text_names_the_reported_counts() =>
        Assert.Equal("1,200 in, 85 out, 1,024 cached",
        new QwenUsage { InputTokens = 1200, OutputTokens = 85, TotalTokens = 1285, CachedTokens = 1024 }.ToString());

    [Fact]
    public void The_text_is_empty_if_nothing_was_reported() => Assert.Equal("", new QwenUsage().ToString());

    [Fact]
    public void The_text_is_the_same_in_every_culture()
    {
        using var german = new GermanCulture();
        Assert.Equal("1,200 in", new QwenUsage { InputTokens = 1200 }.ToString());
    }
}
