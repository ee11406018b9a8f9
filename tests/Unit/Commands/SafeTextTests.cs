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
    [InlineData("a\u200bb\ufeffc\u00add\u2060e", "a<U+200B>b<U+FEFF>c<U+00AD>d<U+2060>e")]
    [InlineData("a\u200eb\u200fc\u061cd", "a<U+200E>b<U+200F>c<U+061C>d")]
    [InlineData("a\u2028b\u2029c", "a<U+2028>b<U+2029>c")]
    [InlineData("a\u200db\u200cc", "a<U+200D>b<U+200C>c")]
    [InlineData("a\U000E0041\U000E007Fb\U000E0100c", "a<U+E0041><U+E007F>b<U+E0100>c")]
    [InlineData("a\u3164b\u115fc\u034fd", "a<U+3164>b<U+115F>c<U+034F>d")]
    [InlineData("a\ufff9b", "a<U+FFF9>b")]
    [InlineData("👨‍👩‍👧 👍🏽 ❤️ 🏳️‍🌈", "👨‍👩‍👧 👍🏽 ❤️ 🏳️‍🌈")]
    [InlineData("می‌خواهم क्‍ष", "می‌خواهم क्‍ष")]
    [InlineData("\u0600\u06DDx", "\u0600\u06DDx")]
    public void Terminal_control_characters_are_made_visible(string? text, string expected) => Assert.Equal(expected, SafeText.Show(text));

    [Fact]
    public void Half_a_surrogate_pair_is_made_visible() => Assert.Equal("a<U+D800>b<U+DC00>", SafeText.Show("a\uD800b\uDC00"));

    [Fact]
    public void Plain_text_is_not_copied()
    {
        string text = "plain";
        Assert.Same(text, SafeText.Show(text));
    }

    [Fact]
    public void A_cell_has_one_line() => Assert.Equal("a b c", SafeText.ShowLine("a\nb\tc\n"));
}
