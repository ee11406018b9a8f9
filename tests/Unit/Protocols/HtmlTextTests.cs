using System.Diagnostics;
using QwenChat.Protocols.Errors;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class HtmlTextTests
{
    [Theory]
    [InlineData("<p>One<br>two</p>", " One two ")]
    [InlineData("<!-- a > b --><b>c</b>", "  c ")]
    [InlineData("<script>if (a < b) x();</script >end", " end")]
    [InlineData("<STYLE type=x>p{}</style>end", " end")]
    [InlineData("<scripted>seen</scripted>", " seen ")]
    [InlineData("<script>never ends", " never ends")]
    [InlineData("<!-- never ends", " <!-- never ends")]
    [InlineData("a < b", "a  < b")]
    [InlineData("A &amp; B&nbsp;C &lt;x&gt;", "A & B\u00A0C <x>")]
    [InlineData("", "")]
    public void Tags_and_hidden_text_are_removed(string html, string text) => Assert.Equal(text, HtmlText.Of(html));

    [Theory]
    [InlineData("<!--")]
    [InlineData("<script")]
    [InlineData("<script>")]
    [InlineData("<style></styl")]
    [InlineData("<script></script")]
    [InlineData("<")]
    [InlineData("<<!-- --")]
    [InlineData("&")]
    public void Long_input_is_read_in_linear_time(string piece)
    {
        string page = string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length));
        var clock = Stopwatch.StartNew();
        _ = HtmlText.Of(page);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }
}
