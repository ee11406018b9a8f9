using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using QwenChat.Catalogue;
using QwenChat.Export;
using QwenChat.Export.Markdown;
using QwenChat.Model;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Export;

public class HtmlPageTests
{
    private const string Attack = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u001b[31m\u202e";

    [Fact]
    public void Text_is_escaped_everywhere()
    {
        var options = new QwenOptions { Model = Attack, Instructions = Attack };
        var conversation = new QwenConversation(QwenApi.ChatCompletions, Sample.Connection, options) { Name = Attack,
            Metadata = new Dictionary<string, string> { [Attack] = Attack } };
        var calls = new MessageDraft("assistant", [DraftPart.OfText("```" + Attack + "\n" + Attack + "\n```")])
        {
            Thinking = Attack,
            ToolCalls = [new QwenToolCall(Attack, Attack, Attack), new QwenToolCall("c", "f", "{\"a\":\"</code><script>\"}")],
        };
        var protocol = ChatProtocol.For(QwenApi.ChatCompletions, ModelCatalogue.DefaultModel);
        QwenItem[] items =
        [
            .. protocol.WriteMessage(new MessageDraft("user",
                [DraftPart.OfText(Attack), new("image", Attack), new("image", "data:image/png;base64,\"" + Attack), new("image", "javascript:alert(1)")]),
                    Sample.Now),
            .. protocol.WriteMessage(new MessageDraft("tool", [DraftPart.OfText(Attack)]) { ToolCallId = "c" }, Sample.Now),
            .. protocol.WriteMessage(calls, Sample.Now),
            Sample.Item("""{"type":"<script>","a":"<script>"}""", Attack, null),
        ];
        conversation.Append(new QwenTurn(1, items, 2) { Model = Attack, Usage = new QwenUsage { InputTokens = 1 } }, 0);
        conversation.AddPending([Sample.Item("""{"role":"user","content":"<script>"}""", "message", "user")]);
        string page = Page(ConversationFileContent.Of(conversation));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:alert(1)\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', page);
        Assert.DoesNotContain('\u202e', page);
        Parse(page);
    }

    [Fact]
    public void The_page_loads_and_runs_nothing()
    {
        string page = Page(
            "![pixel](https://tracker.example/x.png) [a](javascript:alert(1)) [b](https://example.com/?a=1&b=2) <https://example.org> https://example.net/x.");
        Assert.Equal(["https://example.com/?a=1&b=2", "https://example.net/x", "https://example.org", "https://tracker.example/x.png"],
            Parse(page).Descendants("a").Select(link => link.Attribute("href")!.Value).Where(address => !address.StartsWith('#'))
                .Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Parse(page).Descendants().Attributes(), attribute => attribute.Name == "src"
            || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotMatch("url\\(|@import|<link|<iframe|<object", page);
        Assert.Contains("Content-Security-Policy\" content=\"default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_and_other_media_are_embedded()
    {
        string page = Page([
            new("image", "data:image/png;base64,iVBORw0="), new("image", "data:image/svg+xml;base64,PHN2Zz4="), new("image", "data:text/html;base64,AAAA"),
                new("image", "data:image/png;base64,<b>"),
            new("audio", "data:audio/wav;base64,UklGRg=="), new("video", "https://example.com/v.mp4"), new("file", "oss://bucket/a.pdf"),
                new("image", "data:image/png,x"), DraftPart.OfText("What?")]);
        Assert.Equal(["data:image/png;base64,iVBORw0="], Parse(page).Descendants("img").Select(image => image.Attribute("src")!.Value));
        Assert.Equal(["data:audio/wav;base64,UklGRg=="], Parse(page).Descendants("audio").Select(audio => audio.Attribute("src")!.Value));
        Assert.Contains("<a href=\"https://example.com/v.mp4\"", page, StringComparison.Ordinal);
        Assert.Contains("oss://bucket/a.pdf", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Thinking_is_collapsed_and_usage_is_at_the_end()
    {
        var conversation = Sample.Plain(0);
        conversation.Append(Sample.Turn(1, "Q", "A", thinking: "Hm."), 0);
        string page = Page(ConversationFileContent.Of(conversation));
        Assert.Matches("<details class=\"fold thinking\"><summary>Thinking</summary>.*Hm\\.", Regex.Replace(page, "\n", ""));
        Assert.True(page.IndexOf("class=\"usage\"", StringComparison.Ordinal) > page.IndexOf(">A<", StringComparison.Ordinal));
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# One\ntext", "<h3>One</h3><p>text</p>")]
    [InlineData("One\n===", "<h3>One</h3>")]
    [InlineData("a\n\nb  \nc\\\nd", "<p>a</p><p>b<br>c<br>d</p>")]
    [InlineData("*e* **s** ***b*** ~~d~~ a*b*c snake_case_name 2*3*4",
        "<p><em>e</em> <strong>s</strong> <em><strong>b</strong></em> <del>d</del> a<em>b</em>c snake_case_name 2<em>3</em>4</p>")]
    [InlineData("**bold:**text **a *b* c** *a", "<p><strong>bold:**text <strong>a <em>b</em> c</strong> *a</p>", true)]
    [InlineData("`a<b` ``c`d`` `open", "<p><code>a&lt;b</code> <code>c`d</code> `open</p>")]
    [InlineData("- a\n- b\n  - c\n\n1. x\n2. y", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol><li>x</li><li>y</li></ol>")]
    [InlineData("3) c\n\n   more", "<ol start=\"3\"><li><p>c</p><p>more</p></li></ol>")]
    [InlineData("- [x] done\n- [ ] open", "<ul><li class=\"task\">☑ done</li><li class=\"task\">☐ open</li></ul>")]
    [InlineData("> a\nb\n> > c", "<blockquote><p>ab</p><blockquote><p>c</p></blockquote></blockquote>")]
    [InlineData("a\n\n---\n\n***", "<p>a</p><hr><hr>")]
    [InlineData("| a | b |\n|---|:-:|\n| `x\\|y` | **2** |\n| 3 |",
        "<div class=\"wide\"><table><thead><tr><th>a</th><th class=\"center\">b</th></tr></thead><tbody><tr><td><code>x|y</code></td><td "
        + "class=\"center\"><strong>2</strong></td></tr><tr><td>3</td><td colspan=\"1\"></td></tr></tbody></table></div>")]
    [InlineData("```\na < b\n\n    c\n```\nd", "<figure class=\"code\"><pre tabindex=\"0\"><code>a &lt; b    c</code></pre></figure><p>d</p>")]
    [InlineData("~~~~c\n~~~\nopen", "<figure class=\"code\"><figcaption>c</figcaption><pre tabindex=\"0\"><code>~~~open</code></pre></figure>")]
    [InlineData("Foods:\n* a\n* b", "<p>Foods:</p><ul><li>a</li><li>b</li></ul>")]
    [InlineData("<br>x<b>y</b>", "<p><br>x&lt;b&gt;y&lt;/b&gt;</p>")]
    [InlineData("[wiki](https://e.org/A_(b)) [x][y] [z](ftp://h)",
        "<p><a href=\"https://e.org/A_(b)\" rel=\"noopener noreferrer\">wiki</a> [x][y] [z](ftp://h)</p>")]
    [InlineData("(https://e.org/a_b_c).", "<p>(<a href=\"https://e.org/a_b_c\" rel=\"noopener noreferrer\">https://e.org/a_b_c</a>).</p>")]
    [InlineData("\\*not\\* \\<b>", "<p>*not* &lt;b&gt;</p>")]
    public void Markdown_becomes_HTML(string markdown, string expected, bool asItIs = false)
    {
        string html = Markdown(markdown);
        if (!asItIs)
            Assert.Equal(expected, html.Replace(" dir=\"auto\"", "", StringComparison.Ordinal).Replace(" dir=\"ltr\"", "", StringComparison.Ordinal));
        Parse($"<p>{html}</p>");
    }

    [Theory]
    [InlineData("שלום", "<p dir=\"auto\">שלום</p>")]
    [InlineData("# שלום", "<h3 dir=\"auto\">שלום</h3>")]
    [InlineData("- שלום\n- one", "<ul dir=\"auto\"><li dir=\"auto\">שלום</li><li dir=\"auto\">one</li></ul>")]
    [InlineData("2. one", "<ol start=\"2\" dir=\"auto\"><li dir=\"auto\">one</li></ol>")]
    [InlineData("- [x] one", "<ul dir=\"auto\"><li class=\"task\" dir=\"auto\">☑ one</li></ul>")]
    [InlineData("> one", "<blockquote dir=\"auto\"><p dir=\"auto\">one</p></blockquote>")]
    [InlineData("| a |\n|---|\n| b |",
        "<div class=\"wide\"><table><thead><tr><th dir=\"auto\">a</th></tr></thead><tbody><tr><td dir=\"auto\">b</td></tr></tbody></table></div>")]
    [InlineData("```\na\n```", "<figure class=\"code\" dir=\"ltr\"><pre tabindex=\"0\"><code>a</code></pre></figure>")]
    public void Every_block_has_the_direction_of_its_own_text(string markdown, string expected) => Assert.Equal(expected, Markdown(markdown));

    [Fact]
    public void User_text_keeps_its_line_breaks()
    {
        using var output = new StringWriter();
        MarkdownHtml.Write(output, "a\nb", allLinesBreak: true);
        Assert.Equal("<p dir=\"auto\">a<br>\nb</p>\n", output.ToString());
    }

    [Theory]
    [InlineData("powershell", "Get-Item $env:X -Force # c",
        "<i class=\"f\">Get-Item</i> <i class=\"v\">$env:X</i> <i class=\"p\">-Force</i> <i class=\"c\"># c</i>")]
    [InlineData("csharp", "var a = @\"x\"; // y", "<i class=\"k\">var</i> a = <i class=\"s\">@&quot;x&quot;</i>; <i class=\"c\">// y</i>")]
    [InlineData("json", "{\"a\": \"b\", \"n\": [1.5, true]}",
        "{<i class=\"k\">&quot;a&quot;</i>: <i class=\"s\">&quot;b&quot;</i>, <i class=\"k\">&quot;n&quot;</i>: [<i class=\"n\">1.5</i>, <i "
        + "class=\"k\">true</i>]}")]
    [InlineData("python", "def f(x): return \"\"\"a\nb\"\"\"",
        "<i class=\"k\">def</i> <i class=\"f\">f</i>(x): <i class=\"k\">return</i> <i class=\"s\">&quot;&quot;&quot;a\nb&quot;&quot;&quot;</i>")]
    [InlineData("html", "<a href=\"x\">t</a><!-- c -->",
        "<i class=\"k\">&lt;a</i> <i class=\"v\">href</i>=<i class=\"s\">&quot;x&quot;</i><i class=\"k\">&gt;</i>t<i class=\"k\">&lt;/a</i><i "
        + "class=\"k\">&gt;</i><i class=\"c\">&lt;!-- c --&gt;</i>")]
    [InlineData("diff", "-a\n+b\n c", "<i class=\"d\">-a\n</i><i class=\"s\">+b\n</i> c")]
    [InlineData("bash", "echo \"$HOME\" # c", "<i class=\"k\">echo</i> <i class=\"s\">&quot;$HOME&quot;</i> <i class=\"c\"># c</i>")]
    [InlineData("sql", "SELECT a FROM t WHERE b = 'x' -- c",
        "<i class=\"k\">SELECT</i> a <i class=\"k\">FROM</i> t <i class=\"k\">WHERE</i> b = <i class=\"s\">&#39;x&#39;</i> <i class=\"c\">-- c</i>")]
    [InlineData("unknown", "if x <", "if x &lt;")]
    public void Code_is_colored(string language, string code, string expected) => Assert.Equal(expected, CodeHighlighter.ToHtml(code, language));

    [Fact]
    public void Coloring_changes_no_character_of_complete_or_truncated_code()
    {
        const string code = "a \"b\\\" 'c' `d` @\"\nx\n\"@ <# # #> /* // */ <!-- <t a='b'> --> $x ${y z} $? -p 1.5e3 Name() Get-Item \"\"\" ''' @- +";
        foreach (string language in CodeLanguages.All.Keys)
        {
            for (int length = 0; length <= code.Length; length++)
            {
                string html = CodeHighlighter.ToHtml(code[..length], language);
                Assert.Equal(code[..length], System.Net.WebUtility.HtmlDecode(Regex.Replace(html, "</?i[^>]*>", "")));
            }
        }
    }

    // Input that causes quadratic time or memory, or a stack overflow, in a naive reader.
    [Theory]
    [InlineData("[")]
    [InlineData("![")]
    [InlineData("[](")]
    [InlineData("*")]
    [InlineData("*a ")]
    [InlineData("a**b _c ")]
    [InlineData("` `` ``` ")]
    [InlineData("<")]
    [InlineData("> ")]
    [InlineData("- ")]
    [InlineData("1. ")]
    [InlineData("|")]
    [InlineData("|-")]
    [InlineData("#")]
    [InlineData("\\")]
    [InlineData("https://")]
    [InlineData("```\n")]
    [InlineData("- a\n  ")]
    [InlineData("> a\n\n")]
    [InlineData("&")]
    [InlineData("\t")]
    [InlineData("[a]: https://e.x\n")]
    [InlineData("[a]: https://e.x '")]
    [InlineData("[a][")]
    [InlineData("![[](")]
    [InlineData("&#65;")]
    [InlineData("「**」")]
    [InlineData("- > 1. ")]
    [InlineData("<a@")]
    [InlineData("www.")]
    [InlineData("a|b\n-|-\n")]
    [InlineData("|-|-|\n|-|\n")]
    public void Hostile_text_takes_linear_time_and_memory(string piece) =>
    AssertIsBounded(string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length)));

    [Fact]
    public void A_table_with_many_columns_and_many_short_rows_takes_bounded_time_and_memory() =>
        AssertIsBounded(new string('|', 30_000) + "\n" + string.Concat(Enumerable.Repeat("|-", 29_999)) + "|\n"
        + string.Concat(Enumerable.Repeat("a\n", 30_000)));

    // For each opening mark, a naive reader scans thousands of characters for the closing mark.
    [Theory]
    [InlineData("<", ">")]
    [InlineData("[](", ")")]
    [InlineData("[a](", ")")]
    [InlineData("[", "](https://a)")]
    public void Distant_end_marks_take_bounded_time_and_memory(string piece, string end) =>
        AssertIsBounded(string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat(piece, 1900 / piece.Length)) + end, 50)));

    private static void AssertIsBounded(string text)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        MarkdownHtml.Write(TextWriter.Null, text);
        MarkdownText.Contain(text);
        foreach (string language in (ReadOnlySpan<string>)["powershell", "csharp", "html", "json", "diff"])
            CodeHighlighter.ToHtml(text, language);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"Converting the text took {watch.Elapsed}.");
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / text.Length;
        Assert.True(each < 2000, $"{each} bytes were allocated for each character.");
    }

    private static string Markdown(string text)
    {
        using var output = new StringWriter();
        MarkdownHtml.Write(output, text);
        return Regex.Replace(output.ToString(), "\n", "");
    }

    private static string Page(string answer)
    {
        var conversation = Sample.Plain(0);
        conversation.Append(Sample.Turn(1, "Q", answer), 0);
        return Page(ConversationFileContent.Of(conversation));
    }

    private static string Page(IReadOnlyList<DraftPart> parts)
    {
        var conversation = Sample.Plain(0);
        // Only the Responses API can write a part of kind "file", so that part is written separately.
        var file = ChatProtocol.For(QwenApi.Responses, ModelCatalogue.DefaultModel)
            .WriteMessage(new MessageDraft("user", parts.Where(part => part.Kind == "file").ToArray()), Sample.Now);
        var items = ChatProtocol.For(QwenApi.ChatCompletions, ModelCatalogue.DefaultModel)
            .WriteMessage(new MessageDraft("user", parts.Where(part => part.Kind != "file").ToArray()), Sample.Now);
        conversation.Append(new QwenTurn(1, [.. items, .. file], items.Count + file.Count), 0);
        return Page(ConversationFileContent.Of(conversation));
    }

    private static string Page(ConversationFileContent record)
    {
        using var stream = new MemoryStream();
        HtmlPage.Write(stream, record, Sample.Now);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // Parses the page as XML, which fails if a message has opened or closed an element. Elements that have no end tag in HTML are closed first.
    private static XElement Parse(string page)
    {
        page = Regex.Replace(page, "<!DOCTYPE[^>]*>|<style>.*?</style>", "", RegexOptions.Singleline);
        page = Regex.Replace(page, "<(meta|br|hr|img)\\b([^>]*)>", "<$1$2/>").Replace(" controls ", " controls=\"\" ", StringComparison.Ordinal);
        return XElement.Parse(page);
    }
}
