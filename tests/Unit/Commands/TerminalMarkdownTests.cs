using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Commands.Terminal;
using Xunit;

namespace QwenChat.Tests.Commands;

public class TerminalMarkdownTests
{
    // In the expected text, each of these escape sequences is written as its parameters in «».
    private static readonly TerminalStyle s_style = new()
    {
        Faint = "\x1b[90m", Bold = ("\x1b[1m", "\x1b[22m"), Italic = ("\x1b[3m", "\x1b[23m"), Strikethrough = ("\x1b[9m", "\x1b[29m"),
            Underline = ("\x1b[4m", "\x1b[24m"),
        Heading = "\x1b[32;1m", Code = ("\x1b[36m", "\x1b[39m"),
            CodeParts = new Dictionary<string, string> { ["k"] = "\x1b[34m", ["s"] = "\x1b[32m", ["c"] = "\x1b[90m" },
        Reset = "\x1b[0m",
    };

    private const string Sample = """
        # Porto **in** summer

        Some *emphasis*, **strong _and_ nested**, ~~gone~~, `code *here*`, a 2 * 3 * 4, snake_case_name and 5 *x.
        Über 5 µm – 波尔图是**美丽**的城市，适合夏天旅行。再见！ 👩‍👩‍👧 e\u0301

        - one
        - two with a very long text that has to be broken into several lines on a narrow console
          - nested **deep**

          a paragraph of it
        1. first
        10) tenth
        - [ ] open
        - [x] done

        > quoted *text*
        > - in a list
        >> twice

        ```powershell
        # a comment
        if ($x) { 'text' } <# many
        lines #> else { 1 }

          indented
        ```
        ~~~diff
        - a
        + b
        ~~~

        | Name | Value |
        |:-----|------:|
        | a    | **1** |
        | bb `c` | 22 |
        after the table
        | no table

        ***
        Setext
        ===
            indented __code__

        [a link](https://example.com/x_(y)) <https://example.org> https://example.net. ![p](https://e.x/i.png) \*plain\*
        a`b``c `open **open [open](
        tab	here
        """;

    [Theory]
    [InlineData("Hello", "Hello\n")]
    [InlineData("a\n\n\n\nb\n\n", "a\n\nb\n")]
    [InlineData("\n\na", "a\n")]
    [InlineData("**b** and *i*", "«1»b«22» and «3»i«23»\n")]
    [InlineData("`x`", "«36»x«39»\n")]
    [InlineData("~~x~~", "«9»x«29»\n")]
    [InlineData("**a *b* c**", "«1»a «3»b«23» c«22»\n")]
    [InlineData("2 * 3 * 4, a_b_c, 5 *x", "2 * 3 * 4, a_b_c, 5 *x\n")]
    [InlineData("是**重**点", "是«1»重«22»点\n")]
    [InlineData("\\*a\\*", "*a*\n")]
    [InlineData("# Big ##", "«32;1»Big«0»\n")]
    [InlineData("## A `b` c", "«32;1»A «36»b«39»«32;1» c«0»\n")]
    [InlineData("#hash", "#hash\n")]
    [InlineData("- a\n* b\n+ c", "• a\n• b\n• c\n")]
    [InlineData("3. a\n4) b", "3. a\n4. b\n")]
    [InlineData("- a\n  - b\n    - c", "• a\n  • b\n    • c\n")]
    [InlineData("1. a\n1. b\n   1) c\n   1) d\n1. e", "1. a\n2. b\n   1. c\n   2. d\n3. e\n")]
    [InlineData("- 1. a\n  2. b\n- # c", "• 1. a\n  2. b\n• «32;1»c«0»\n")]
    [InlineData("- > a\n  > b", "• «90»│ «0»a\n  «90»│ «0»b\n")]
    [InlineData("- ```sh\n  ls\n  ```\n- b", "•\n«90»    sh«0»\n    ls\n• b\n")]
    [InlineData("> a\nlazy\n>\n> b", "«90»│ «0»a\n«90»│ «0»lazy\n«90»│ «0»\n«90»│ «0»b\n")]
    [InlineData("- a\nlazy", "• a\n  lazy\n")]
    [InlineData("- [ ] a\n- [x] b\n- [link", "☐ a\n☑ b\n• [link\n")]
    [InlineData("---", "«90»────────────────────────────────────────«0»\n")]
    [InlineData("**bold** start", "«1»bold«22» start\n")]
    [InlineData("-5 degrees\n\n-", "-5 degrees\n\n• \n")]
    [InlineData("A heading\n--", "A heading\n«90»────────────────────────────────────────«0»\n")]
    [InlineData("2024 was", "2024 was\n")]
    [InlineData("> a\n> b", "«90»│ «0»a\n«90»│ «0»b\n")]
    [InlineData("```\na *b*\n```\nc", "  a *b*\nc\n")]
    [InlineData("```python\nif x: 'y'\n", "«90»  python«0»\n  «34»if«0» x: «32»'y'«0»\n")]
    [InlineData("```csharp\n/* a\nb */ if\n```", "«90»  csharp«0»\n  «90»/* a«0»\n  «90»b */«0» «34»if«0»\n")]
    [InlineData("``` not code ```", "«36»not code«39»\n")]
    [InlineData("    __x__", "  «36»__x__«39»\n")]
    [InlineData("|a|b|\n|-|-:|\n|1|22|\nc", "«32;1»a«0»«90» │ «0»«32;1» b«0»\n«90»──┼───«0»\n1«90» │ «0»22\nc\n")]
    [InlineData("|a|\nb", "|a|\nb\n")]
    [InlineData("[t](https://e.x)", "«4»t«24» «90»(https://e.x)«0»\n")]
    [InlineData("[t](https://e.x 'T\u001b')", "«4»t«24» «90»(https://e.x \"T␛\")«0»\n")]
    [InlineData("![a *b*](https://e.x)", "«4»🖼 a b«24» «90»(https://e.x)«0»\n")]
    [InlineData("[a]: https://e.x\n\n[T][a] [a][] [a] [b]", "«90»[a]: https://e.x«0»\n\n«4»T«24» «90»(https://e.x)«0» «4»a«24» «90»(https://e.x)«0» «4»a«24» "
        + "«90»(https://e.x)«0» [b]\n")]
    [InlineData("[T][a]\n\n[a]: https://e.x", "[T][a]\n\n«90»[a]: https://e.x«0»\n")]
    [InlineData("[x](javascript:a) [y](&#106;avascript:a)", "[x](javascript:a) [y](javascript:a)\n")]
    [InlineData("<a@e.x> <https://e.x> www.e.x", "«4»a@e.x«24» «4»https://e.x«24» «4»www.e.x«24»\n")]
    [InlineData("&amp; &copy; &#65;&#x42; &notit; &#27;[31m &#0;", "& © AB &notit; ␛[31m \uFFFD\n")]
    [InlineData("`&amp;` \\&amp;", "«36»&amp;«39» &amp;\n")]
    [InlineData("a  \nb\\\nc<br>d", "a\nb\nc\nd\n")]
    [InlineData("**a\nb** c\n\nd **e\n- f", "«1»a\nb«22» c\n\nd **e\n• f\n")]
    [InlineData("a\\", "a\\\n")]
    [InlineData("👩‍👩‍👧 🎉", "👩‍👩‍👧 🎉\n")]
    [InlineData("https://e.x.", "«4»https://e.x«24».\n")]
    [InlineData("a\u001b[31mb\u009b", "a␛[31mb<U+009B>\n")]
    [InlineData("a\r\nb\rc", "a\nb␍c\n")]
    [InlineData("<b>x</b>", "<b>x</b>\n")]
    public void Markdown_is_shown(string markdown, string shown) => Assert.Equal(shown, Readable(Render(markdown, s_style, 80)));

    [Theory]
    [InlineData("# T\n**b** *i* `c` ~~d~~", "# T\n**b** *i* `c` ~~d~~\n")]
    [InlineData("```sh\nls # x\n```", "  sh\n  ls # x\n")]
    public void Without_decoration_the_marks_stay(string markdown, string shown) => Assert.Equal(shown, Render(markdown, TerminalStyle.Plain, 80));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public void The_length_of_the_chunks_does_not_change_the_output(int length)
    {
        foreach (var style in new[] { s_style, TerminalStyle.Plain })
        {
            foreach (int width in new[] { 20, 40, 100 })
            {
                var display = new TerminalMarkdown(style, width);
                var shown = new StringBuilder();
                for (int at = 0; at < Sample.Length; at += length)
                    shown.Append(display.Take(Sample[at..Math.Min(at + length, Sample.Length)]));
                shown.Append(display.End());
                Assert.Equal(Render(Sample, style, width), shown.ToString());
            }
        }
    }

    [Fact]
    public void The_length_of_the_chunks_does_not_change_the_output_of_random_text()
    {
        var random = new Random(7);
        string[] parts = ["*", "**", "_", "`", "```", "\n", "\n\n", " ", "  ", "    ", "- ", "1. ", "# ", "> ", "|", "-", "a", "word", "中文", "。", "[", "](",
            ")", "https://a.b", "~~", "\\", "\r", "\t", "=", "\u001b", "[a]: https://a.b\n", "[a]", "&amp;", "&#27;", "「", "」", "👩", "<br>", "\\\n"];
        for (int i = 0; i < 4000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var display = new TerminalMarkdown(s_style, 30);
            var shown = new StringBuilder();
            for (int at = 0, length; at < text.Length; at += length)
            {
                length = random.Next(1, Math.Min(text.Length - at, 9) + 1);
                shown.Append(display.Take(text.Substring(at, length)));
            }
            shown.Append(display.End());
            Assert.Equal(Render(text, s_style, 30), shown.ToString());
        }
    }

    [Fact]
    public void No_line_is_wider_than_the_console()
    {
        foreach (int width in new[] { 20, 33, 60 })
        {
            string[] lines = Render(Regex.Replace(Sample, "(?s)```.*?```", ""), s_style, width).Split('\n');
            Assert.All(lines, line => Assert.InRange(CellWidth.Of(line), 0, width));
        }
    }

    [Fact]
    public void Words_are_kept_whole_and_list_items_are_indented() =>
        Assert.Equal("• one two three four\n  five six seven\n  eight\n", Render("- one two three four five six seven eight", s_style, 20));

    [Fact]
    public void Text_is_shown_as_it_arrives()
    {
        var display = new TerminalMarkdown(s_style, 80);
        Assert.Equal("Hello", display.Take("Hello wor"));
        Assert.Equal(" world", display.Take("ld **bo"));
        Assert.Equal("", display.Take("ld and"));
        Assert.Equal(" «1»bold and more«22»", Readable(display.Take(" more** x")));
        Assert.Equal("波尔", new TerminalMarkdown(s_style, 80).Take("波尔图"));
    }

    [Fact]
    public void Unclosed_marks_take_linear_time()
    {
        foreach (string part in new[] { "**a ", "`", "[", "- ", "> ", "|a", "/* ", "<", "_a", "![", "](", "[a]: https://a\n", "&", "&amp;", "「**」" })
        {
            string text = "```c\n/*\n```\n" + string.Concat(Enumerable.Repeat(part, 20_000));
            Assert.NotEmpty(Render(text, s_style, 80));
        }
    }

    [Fact]
    public void The_output_of_a_table_with_many_columns_or_a_long_header_is_bounded()
    {
        string rows = string.Concat(Enumerable.Repeat("|a\n", 20_000));
        string columns = new string('|', 20_000) + "\n" + string.Concat(Enumerable.Repeat("|-", 19_999)) + "|\n";
        string head = "|" + new string('h', 20_000) + "|\n|-|\n";
        Assert.InRange(Render(columns + rows, s_style, 80).Length, 1, 2_000_000);
        Assert.InRange(Render(head + rows, s_style, 80).Length, 1, 2_000_000);
    }

    [Fact]
    public void A_wide_table_is_shown_row_by_row_without_missing_cells() =>
        Assert.Equal("one two three: 1\nfour five six: 2\n\none two three: 3\n",
        Render("|one two three|four five six|\n|-|-|\n|1|2|\n|3|", TerminalStyle.Plain, 20));

    private static string Render(string markdown, TerminalStyle style, int width)
    {
        var display = new TerminalMarkdown(style, width);
        return display.Take(markdown) + display.End();
    }

    private static string Readable(string text) => Regex.Replace(text, "\x1b\\[([0-9;]*)m", "«$1»");
}
