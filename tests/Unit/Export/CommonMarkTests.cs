using System.Text.RegularExpressions;
using QwenChat.Export.Markdown;
using Xunit;

namespace QwenChat.Tests.Export;

/// <summary>Tests CommonMark 0.31 in exported pages, section by section. There are two differences: HTML is text, and # is a third-level heading.</summary>
public class CommonMarkTests
{
    private const string Rel = " rel=\"noopener noreferrer\"";

    [Theory]
    // Tabs
    [InlineData("-\ta\n\n\tb", "<ul><li><p>a</p><p>b</p></li></ul>")]
    [InlineData(">\t\ta", "<blockquote>[code:  a]</blockquote>")]
    [InlineData("```\n\ta\n```", "[code:\ta]")]
    // Thematic breaks
    [InlineData("- a\n***\n- b", "<ul><li>a</li></ul><hr><ul><li>b</li></ul>")]
    [InlineData(" _ _ _\n+++", "<hr><p>+++</p>")]
    // ATX headings
    [InlineData("# a #\n####### b\n#c\n## ", "<h3>a</h3><p>####### b#c</p><h4></h4>")]
    [InlineData("### a \\### #", "<h5>a ###</h5>")]
    // Setext headings
    [InlineData("a *b\nc*\n---\nd", "<h4>a <em>bc</em></h4><p>d</p>")]
    [InlineData("> a\n---", "<blockquote><p>a</p></blockquote><hr>")]
    // Indented code
    [InlineData("    a\n\n      b\nc\n    d", "[code:a  b]<p>cd</p>")]
    // Fenced code
    [InlineData("~~~~ c  x\na\n~~~\n~~~~~", "<figcaption>c</figcaption>[code:a~~~]")]
    [InlineData("> ```\n> a\n\nb", "<blockquote>[code:a]</blockquote><p>b</p>")]
    // Link reference definitions
    [InlineData("[a]\n\n[a]: <https://e.x>\n  'T'\n[A]: https://e.y\nb", "<p><a href=\"https://e.x\" title=\"T\">a</a></p><p>b</p>")]
    [InlineData("a\n[b]: https://e.x", "<p>a[b]: <a href=\"https://e.x\">https://e.x</a></p>")]
    [InlineData("> [a]: https://e.x\n\n[ẞ \n A][SS a]\n\n[ss a]: https://e.y", "<blockquote></blockquote><p><a href=\"https://e.y\">ẞA</a></p>")]
    // Paragraphs and blank lines
    [InlineData("  a\n   b\n\n\n c", "<p>ab</p><p>c</p>")]
    // Block quotes
    [InlineData("> # a\n> b\nc\n> - d\n>> e", "<blockquote><h3>a</h3><p>bc</p><ul><li>d</li></ul><blockquote><p>e</p></blockquote></blockquote>")]
    // List items
    [InlineData("10) a\n\n        b\n\n    > c", "<ol start=\"10\"><li><p>a</p>[code:b]<blockquote><p>c</p></blockquote></li></ol>")]
    [InlineData("- a\n\n  b\n- c", "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>")]
    [InlineData("-\n  a\n-\n\n  b", "<ul><li>a</li><li></li></ul><p>b</p>")]
    [InlineData("- # a\n- 1. - b", "<ul><li><h3>a</h3></li><li><ol><li><ul><li>b</li></ul></li></ol></li></ul>")]
    [InlineData("> 1. > a\nb", "<blockquote><ol><li><blockquote><p>ab</p></blockquote></li></ol></blockquote>")]
    // Lists
    [InlineData("- a\n  - b\n\n    c\n- d", "<ul><li>a<ul><li><p>b</p><p>c</p></li></ul></li><li>d</li></ul>")]
    [InlineData("The year\n14. is\n1. a", "<p>The year14. is</p><ol><li>a</li></ol>")]
    [InlineData("- a\n - b\n  - c\n+ d", "<ul><li>a</li><li>b</li><li>c</li></ul><ul><li>d</li></ul>")]
    // Backslash escapes
    [InlineData("\\*a\\* \\a \\\\ `\\*` \\[b](c)", "<p>*a* \\a \\ <code>\\*</code> [b](c)</p>")]
    // Entities and numeric references
    [InlineData("&amp; &Dcaron; &ngE; &#1234; &#x22; &#0; &copy &x; &#87654321;", "<p>&amp; Ď ≧̸ Ӓ &quot; \uFFFD &amp;copy &amp;x; &amp;#87654321;</p>")]
    [InlineData("&#42;a&#42; `&amp;` [t](https://e.x/&ouml; \"&quot;\")",
        "<p>*a* <code>&amp;amp;</code> <a href=\"https://e.x/ö\" title=\"&quot;\">t</a></p>")]
    [InlineData("&#42; a", "<p>* a</p>")]
    // Code spans
    [InlineData("`` a`b `` ` `` ` `a\nb` `c", "<p><code>a`b</code> <code>``</code> <code>a b</code> `c</p>")]
    // Emphasis
    [InlineData("*(**a**)* **a*b*c** ***a** b* a_b_ __c__ *d", "<p><em>(<strong>a</strong>)</em> <strong>a<em>b</em>c</strong> <em><strong>a</strong> b</em> "
        + "a_b_ <strong>c</strong> *d</p>")]
    [InlineData("**a\nb** *a `*` b* *[a*](https://e.x)", "<p><strong>ab</strong> <em>a <code>*</code> b</em> *<a href=\"https://e.x\">a*</a></p>")]
    // Links
    [InlineData("[a](<https://e.x/b c> (T)) [](https://e.x) [b]( https://e.x/(\\() ) [c](https://e.x \"x) y\")",
        "<p><a href=\"https://e.x/b%20c\" title=\"T\">a</a> <a href=\"https://e.x\"></a> <a href=\"https://e.x/(()\">b</a> "
        + "<a href=\"https://e.x\" title=\"x) y\">c</a></p>")]
    [InlineData("[a [b](https://e.x)](https://e.y) [*a](https://e.x)*", "<p>[a <a href=\"https://e.x\">b</a>](<a href=\"https://e.y\">https://e.y</a>) "
        + "<a href=\"https://e.x\">*a</a>*</p>")]
    [InlineData("[T][a] [a][] [a] [T] [a][b] [A\na]\n\n[a]: https://e.x",
        "<p><a href=\"https://e.x\">T</a> <a href=\"https://e.x\">a</a> <a href=\"https://e.x\">a</a> "
        + "[T] [a][b] [Aa]</p>")]
    [InlineData("[m](mailto:a@e.x) [f](file:///etc) [r](page.html) [j](&#106;avascript:x)",
        "<p><a href=\"mailto:a@e.x\">m</a> [f](file:///etc) [r](page.html) [j](javascript:x)</p>")]
    // Images
    [InlineData("![a *b* [c](https://e.y)](https://e.x 'T') ![d]\n\n[d]: https://e.z",
        "<p><a href=\"https://e.x\" title=\"T\">🖼 a b c</a> <a href=\"https://e.z\">🖼 d</a></p>")]
    [InlineData("[![a](https://e.x)](https://e.y)", "<p><a href=\"https://e.y\">🖼 a</a></p>")]
    // Autolinks
    [InlineData("<https://e.x/a*b*> <a.b@e.x> <javascript:x> <a b>",
        "<p><a href=\"https://e.x/a*b*\">https://e.x/a*b*</a> <a href=\"mailto:a.b@e.x\">a.b@e.x</a> &lt;javascript:x&gt; &lt;a b&gt;</p>")]
    [InlineData("见https://e.x/a，和www.e.x。", "<p>见<a href=\"https://e.x/a\">https://e.x/a</a>，和<a href=\"http://www.e.x\">www.e.x</a>。</p>")]
    // Raw HTML
    [InlineData("<div>\n*a* <!-- b --> <script>", "<p>&lt;div&gt;<em>a</em> &lt;!-- b --&gt; &lt;script&gt;</p>")]
    // Hard and soft line breaks
    [InlineData("a  \n  b\\\nc\nd  ", "<p>a<br>b<br>cd</p>")]
    // GitHub's tables and deletions
    [InlineData("a\nb | c\n- | :-:\nd | *e* | f\n> g", "<p>a</p>[table:b|c/d|<em>e</em>]<blockquote><p>g</p></blockquote>")]
    [InlineData("~~a~~ ~b~ 1~2", "<p><del>a</del> ~b~ 1~2</p>")]
    public void Sections_of_CommonMark_are_read(string markdown, string expected)
    {
        string html = Html(markdown);
        Assert.Equal(expected, html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"javascript", html, StringComparison.OrdinalIgnoreCase);
    }

    private static string Html(string markdown)
    {
        using var output = new StringWriter();
        MarkdownHtml.Write(output, markdown);
        string html = output.ToString().Replace(Rel, "", StringComparison.Ordinal).Replace(" dir=\"auto\"", "", StringComparison.Ordinal);
        html = Regex.Replace(html, "<figure class=\"code\" dir=\"ltr\">(<figcaption>.*?</figcaption>)?<pre tabindex=\"0\"><code>(.*?)</code></pre></figure>",
            "$1[code:$2]", RegexOptions.Singleline);
        html = Regex.Replace(html, "<div class=\"wide\"><table>(.*?)</table></div>",
            table => "[table:" + string.Join('/', Regex.Matches(table.Value, "<tr>(.*?)</tr>").Select(row => Cells(row.Value))) + "]", RegexOptions.Singleline);
        return html.Replace("\n", "", StringComparison.Ordinal);
    }

    private static string Cells(string row) => string.Join('|', Regex.Matches(row, "<t[hd][^>]*>(.*?)</t[hd]>").Select(cell => cell.Groups[1].Value));
}
