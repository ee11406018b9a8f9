using QwenChat.Commands;
using Xunit;

namespace QwenChat.Tests.Commands;

public class SafeTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("Grüße, 世界 👋\n\tend", "Grüße, 世界 👋\n\tend")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("safe\rover", "safe␍over")]
    [InlineData("\u001b[31mred\u001b[0m", "␛[31mred␛[0m")]
    [InlineData("\u001b]0;title\a", "␛]0;title␇")]
    [InlineData("\u009b31m", "<U+009B>31m")]
    [InlineData("a\u202eb\u2066c", "a<U+202E>b<U+2066>c")]
    [InlineData("x\b\u007f", "x␈␡")]
    public void What_a_terminal_would_obey_is_made_visible(string? text, string expected) => Assert.Equal(expected, SafeText.Show(text));

    [Fact]
    public void Plain_text_is_not_copied()
    {
        string text = "plain";
        Assert.Same(text, SafeText.Show(text));
    }

    [Fact]
    public void A_cell_has_one_line() => Assert.Equal("a b c", SafeText.ShowLine("a\nb\tc\n"));
}
