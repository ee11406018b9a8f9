using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.Text;

public class SingleQuotedTests
{
    [Theory]
    [InlineData("trip", "'trip'", "trip")]
    [InlineData("it's", "'it''s'", "'it''s'")]
    [InlineData("it’s ‘so’", "'it’’s ‘‘so’’'", "'it’’s ‘‘so’’'")]
    [InlineData("two words", "'two words'", "'two words'")]
    [InlineData("https://a.example/v1", "'https://a.example/v1'", "https://a.example/v1")]
    [InlineData("https://a.example/v1?a=1&b", "'https://a.example/v1?a=1&b'", "'https://a.example/v1?a=1&b'")]
    [InlineData("-Name", "'-Name'", "'-Name'")]
    [InlineData("$(1)", "'$(1)'", "'$(1)'")]
    [InlineData("", "''", "''")]
    public void Text_is_one_argument_for_PowerShell(string text, string quoted, string argument)
    {
        Assert.Equal(quoted, SingleQuoted.Of(text));
        Assert.Equal(argument, SingleQuoted.Argument(text));
    }

    [Theory]
    [InlineData("/logs/it's.txt", "'/logs/it''s.txt'")]
    [InlineData("/logs/a[1].txt", "-LiteralPath '/logs/a[1].txt'")]
    [InlineData("/logs/a`b.txt", "-LiteralPath '/logs/a`b.txt'")]
    public void A_path_with_wildcard_characters_follows_LiteralPath(string path, string argument) => Assert.Equal(argument, SingleQuoted.Path(path));
}
