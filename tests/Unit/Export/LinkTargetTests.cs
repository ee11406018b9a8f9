using QwenChat.Export.Markdown;
using Xunit;

namespace QwenChat.Tests.Export;

/// <summary>Tests that unsafe links in a model's Markdown become text.</summary>
public class LinkTargetTests
{
    [Theory]
    [InlineData("https://host.example/a:b")]
    [InlineData("HTTP://host.example")]
    [InlineData("mailto:me@host.example")]
    [InlineData("tel:+49")]
    [InlineData("#anchor:x")]
    [InlineData("page.md")]
    [InlineData("../a/b:c")]
    [InlineData("?a:b")]
    [InlineData("")]
    public void Safe_addresses_are_links(string target)
    {
        Assert.False(LinkTarget.IsUnsafe(target + ")"));
        Assert.Equal($"[x]({target})", MarkdownText.Contain($"[x]({target})"));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData("  javascript:alert(1)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("vbscript:x")]
    [InlineData("data:text/html,<script>")]
    [InlineData("data:image/svg+xml;base64,AAAA")]
    [InlineData("java&#115;cript:alert(1)")]
    [InlineData("java&#x73;cript&colon;alert(1)")]
    [InlineData("javascript&#58;alert(1)")]
    [InlineData("java\\script:alert(1)")]
    [InlineData("javascript\\:alert(1)")]
    [InlineData("java&Tab;script:alert(1)")]
    [InlineData("java&NewLine;script:alert(1)")]
    [InlineData("&#1;javascript:alert(1)")]
    [InlineData("java\tscript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ms-settings:x")]
    [InlineData("blob:https://x")]
    public void Other_addresses_become_text(string target)
    {
        Assert.True(LinkTarget.IsUnsafe(target + ")"));
        foreach (string form in (string[])["[x]({0})", "![x]({0})", "[x]( {0} \"title\")", "[![a](b)]({0})", "> [x]({0})", "- [x]({0})", "# [x]({0})",
            "[x]\\\\]({0})"])
        {
            string page = MarkdownText.Contain(form.Replace("{0}", target, StringComparison.Ordinal));
            Assert.DoesNotMatch(@"(?<!\\)(\\\\)*\]\(\s*<?\s*" + System.Text.RegularExpressions.Regex.Escape(target.Trim()[..4]), page);
        }
    }

    [Theory]
    [InlineData("[a]: javascript:alert(1)", "[a\\]: javascript:alert(1)")]
    [InlineData("[x](\njavascript:alert(1))", "[x\\](\njavascript:alert(1))")]
    [InlineData("[a]:\njavascript:alert(1)", "[a\\]:\njavascript:alert(1)")]
    [InlineData("<javascript:alert(1)>", "\\<javascript:alert(1)>")]
    [InlineData("`[x](javascript:alert(1))`", "`[x](javascript:alert(1))`")]
    [InlineData("The scheme javascript: and data: 5", "The scheme javascript: and data: 5")]
    public void Unsafe_definitions_and_automatic_links_become_text(string text, string page) => Assert.Equal(page, MarkdownText.Contain(text));
}
