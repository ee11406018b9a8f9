using System.Text.RegularExpressions;
using QwenChat.Commands.Terminal;
using QwenChat.Export.Markdown;
using Xunit;

namespace QwenChat.Tests.Export;

/// <summary>Tests emphasis directly next to Chinese, Japanese and Korean characters, in pages, in Markdown and on a terminal.</summary>
public class CjkEmphasisTests
{
    // In the expected text, B, I, D, C and A are the elements strong, em, del, code and a.
    [Theory]
    [InlineData("**「重点」**内容", "<B>「重点」</B>内容")]
    [InlineData("内容**「重点」**", "内容<B>「重点」</B>")]
    [InlineData("内容**「重点」**内容", "内容<B>「重点」</B>内容")]
    [InlineData("内容**重点：**内容", "内容<B>重点：</B>内容")]
    [InlineData("**重点。**内容，**（注意）**后面", "<B>重点。</B>内容，<B>（注意）</B>后面")]
    [InlineData("他说**“你好”**然后", "他说<B>“你好”</B>然后")]
    [InlineData("他说**\"你好\"**然后**(注)**后", "他说<B>\"你好\"</B>然后<B>(注)</B>后")]
    [InlineData("*「重点」*内容", "<I>「重点」</I>内容")]
    [InlineData("_「重点」_内容和_《书》_。", "<I>「重点」</I>内容和<I>《书》</I>。")]
    [InlineData("__「重点」__内容", "<B>「重点」</B>内容")]
    [InlineData("~~「删除」~~内容", "<D>「删除」</D>内容")]
    [InlineData("***「重点」***内容", "<I><B>「重点」</B></I>内容")]
    [InlineData("**重点*「强调」*内容**后", "<B>重点<I>「强调」</I>内容</B>后")]
    [InlineData("**`代码`**内容", "<B><C>代码</C></B>内容")]
    [InlineData("内容**[链接](https://e.x)**内容", "内容<B><A>链接</A></B>内容")]
    [InlineData("**「[链接](https://e.x)」**内容", "<B>「<A>链接</A>」</B>内容")]
    [InlineData("**スクリプト（script）**は", "<B>スクリプト（script）</B>は")]
    [InlineData("これは**「重要」**です。**注意。**と", "これは<B>「重要」</B>です。<B>注意。</B>と")]
    [InlineData("**스크립트(script)**라고", "<B>스크립트(script)</B>라고")]
    [InlineData("이것은**'강조'**입니다", "이것은<B>'강조'</B>입니다")]
    [InlineData("**「a」**𠮷**（b）**𠮷", "<B>「a」</B>𠮷<B>（b）</B>𠮷")]
    [InlineData("价格：**￥100**元，**100%**的", "价格：<B>￥100</B>元，<B>100%</B>的")]
    // In the following cases, the marks are not emphasis, so they are kept.
    [InlineData("报告_2024_最终.docx 和 2 * 3 * 4，变量_a_b", "报告_2024_最终.docx 和 2 * 3 * 4，变量_a_b")]
    [InlineData("10~20元，5~8个", "10~20元，5~8个")]
    [InlineData("** 重点 **内容", "** 重点 **内容")]
    [InlineData("**「重点」内容", "**「重点」内容")]
    public void Emphasis_works_in_pages_in_Markdown_and_on_a_terminal(string markdown, string expected)
    {
        using var page = new StringWriter();
        MarkdownHtml.Write(page, markdown);
        Assert.Equal(expected, Marked(Regex.Replace(page.ToString(), "</?p[^>]*>|\n", "")));
        Assert.Equal(expected, Marked(Strict(MarkdownText.Contain(markdown))));
        var terminal = new TerminalMarkdown(s_style, 200);
        string shown = terminal.Take(markdown[..(markdown.Length / 2)]) + terminal.Take(markdown[(markdown.Length / 2)..]) + terminal.End();
        Assert.Equal(expected, Marked(shown.TrimEnd('\n')));
    }

    // In other scripts, CommonMark's own rules apply.
    [Theory]
    [InlineData("a**\"b\"**c", "a**\"b\"**c")]
    [InlineData("a**\"b\"** c", "a**\"b\"** c")]
    [InlineData("🎉**\"b\"**c", "🎉**\"b\"**c")]
    [InlineData("🎉**\"b\"**🎉", "🎉<B>\"b\"</B>🎉")]
    [InlineData("**b.**c", "**b.**c")]
    public void Other_scripts_follow_the_rules_of_CommonMark(string markdown, string expected)
    {
        using var page = new StringWriter();
        MarkdownHtml.Write(page, markdown);
        string html = Marked(Regex.Replace(page.ToString(), "</?p[^>]*>|\n", ""));
        Assert.Equal(expected, html);
        Assert.Equal(html, Marked(Strict(MarkdownText.Contain(markdown))));
    }

    private static readonly TerminalStyle s_style = new()
    {
        Faint = "\x1b[90m", Bold = ("<strong>", "</strong>"), Italic = ("<em>", "</em>"), Strikethrough = ("<del>", "</del>"), Underline = ("<a>", "</a>"),
        Code = ("<code>", "</code>"), Reset = "\x1b[0m",
    };

    /// <summary>Renders Markdown like a reader that follows only CommonMark's rules and allows the HTML elements that exports use.</summary>
    private static string Strict(string markdown)
    {
        string read = MarkdownInline.Write(markdown, HtmlForm.Instance, InlineContext.Default with { IsStrict = true });
        return Regex.Replace(read, "&lt;(/?(?:strong|em|del))&gt;", "<$1>");
    }

    private static string Marked(string html)
    {
        html = Regex.Replace(html, "<(/?)(strong|em|del|code|a)( [^>]*)?>",
            tag => $"<{tag.Groups[1].Value}{tag.Groups[2].Value switch { "strong" => "B", "em" => "I", "del" => "D", "code" => "C", _ => "A" }}>");
        return System.Net.WebUtility.HtmlDecode(Regex.Replace(html, " \x1b\\[90m.*?\x1b\\[0m", ""));
    }
}
