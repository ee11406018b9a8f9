using QwenChat.Commands.Tools;
using Xunit;

namespace QwenChat.Tests.Commands;

public class CommandTextTests
{
    [Theory]
    [InlineData(600, "x'")]
    [InlineData(601, "x… (1 more character)")]
    [InlineData(2_000, "x… (1,400 more characters)")]
    public void A_long_call_is_truncated_and_the_omitted_characters_are_counted(int length, string end)
    {
        using var german = new GermanCulture();
        string text = CommandText.Of("echo", [new string('x', length - "echo ''".Length)]);
        Assert.EndsWith(end, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_are_doubled() => Assert.Equal("echo 'it''s'", CommandText.Of("echo", ["it's"]));
}
