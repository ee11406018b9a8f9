using System.Text;
using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Text;

public class DecodedTextTests
{
    public static TheoryData<string, string> Samples => new()
    {
        { "utf-16", "Ошибка: нет памяти" }, { "utf-16BE", "Ошибка: нет памяти" }, { "utf-16", "你好，世界\n" }, { "utf-16BE", "plain words" },
            { "utf-32", "Grüße 🎉" }, { "utf-32BE", "Grüße 🎉" },
        { "utf-16", "{\"role\":\"user\"}" }, { "utf-16", "مرحبا بالعالم" }, { "utf-16BE", "こんにちは、世界。\r\n" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Unicode_is_detected_by_its_byte_order_mark_or_guessed(string name, string text)
    {
        var encoding = Encoding.GetEncoding(name);
        Assert.Equal(new DecodedText(text, null), DecodedText.Of([.. encoding.GetPreamble(), .. encoding.GetBytes(text)], 1252));
        Assert.Equal(new DecodedText(text, encoding.WebName), DecodedText.Of(encoding.GetBytes(text), 1252));
    }

    [Theory]
    [InlineData(1252, "Grüße aus Köln")]
    [InlineData(1251, "Ошибка: нет памяти")]
    [InlineData(936, "错误：内存不足")]
    [InlineData(932, "エラー：メモリ不足")]
    [InlineData(1252, "caf\u00e9 na\u00efve")]
    public void Other_text_is_read_in_the_cultures_code_page(int page, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(page)!;
        Assert.Equal(new DecodedText(text, encoding.WebName), DecodedText.Of(encoding.GetBytes(text), page));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain words")]
    [InlineData("Grüße, 你好 🎉")]
    [InlineData("\u001b[31mred\u001b[0m")]
    public void UTF8_is_read_without_guessing_an_encoding(string text) =>
        Assert.Equal(new DecodedText(text, null), DecodedText.Of(Encoding.UTF8.GetBytes(text), 1251));

    [Fact]
    public void Noise_is_not_text()
    {
        var random = new Random(7);
        byte[] noise = new byte[4096];
        for (int round = 0; round < 200; round++)
        {
            random.NextBytes(noise);
            Assert.Null(DecodedText.Of(noise, 1252));
        }
    }
}
