using System.Text;
using QwenChat.Catalogue;
using QwenChat.Export;
using QwenChat.Export.Markdown;
using QwenChat.Model;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Export;

public class MarkdownPageTests
{
    [Fact]
    public void A_page_contains_everything_from_the_title_to_the_usage()
    {
        var conversation = new QwenConversation(QwenApi.ChatCompletions, Sample.Connection,
            new QwenOptions { Model = "qwen-plus", Instructions = "Be *brief*." }, createdAt: Sample.Now)
        {
            Name = "A_trip",
            Metadata = new Dictionary<string, string> { ["team"] = "ops" },
        };
        conversation.Append(Sample.Turn(1, "Where?", "To **Chengdu**.", thinking: "Hm."), 0);
        Assert.Equal("""
            # A\_trip

            qwen-plus · Chat Completions · 1 turn · 2026-11-22 08:30 UTC

            - team: ops

            <details>
            <summary>Instructions</summary>

            Be *brief*.

            </details>

            ## 1

            **You**

            Where?

            **qwen-plus**

            <details>
            <summary>Thinking</summary>

            Hm.

            </details>

            To **Chengdu**.

            ## Usage

            | Turn | Model | Input | Output |
            |---:|---|---:|---:|
            | 1 | qwen-plus | 10 | 5 |
            | | All requests | 10 | 5 |

            *Exported by QwenChat, 2026-11-22 08:30 UTC*

            """.ReplaceLineEndings("\n"), Page(conversation));
    }

    [Theory]
    [InlineData("a <b> c</b> <!-- x -->", "a \\<b> c\\</b> \\<!-- x -->")]
    [InlineData("1 < 2 <3 `<b>` ``<i>` ``", "1 < 2 <3 `<b>` ``<i>` ``")]
    [InlineData("\\<b>", "\\<b>")]
    [InlineData("`open\n`<b>`", "`open\n`\\<b>`")]
    [InlineData("```html\n<b>\n", "```html\n<b>\n```")]
    [InlineData("````\n```\n<b>\n````", "````\n```\n<b>\n````")]
    [InlineData("- a\n  ```\n  <b>\n<script>", "- a\n  ```\n  <b>\n  ```\n\n\\<script>")]
    [InlineData("1. a\n\n    ```\n    <b>\n    ```\n   <script>", "1. a\n\n   ```\n   <b>\n   ```\n\n   \\<script>")]
    [InlineData("- ```\n  x\n  ```\n  <script>", "- ```\n  x\n  ```\n  \\<script>")]
    [InlineData("> ```\n> <b>\n<script>", "> ```\n> <b>\n> ```\n\n\\<script>")]
    [InlineData("a\n    ```\n<script>", "a\n\\```\n\\<script>")]
    [InlineData("- a\n- b\n  - c\n\nd", "- a\n- b\n  - c\n\nd")]
    [InlineData("7. a\n8. b", "7. a\n8. b")]
    [InlineData("- [x] a\n-", "- [x] a\n-")]
    [InlineData("|a|b|\n|-|-:|\n|<b>|x\\|y|", "| a | b |\n|---|---:|\n| \\<b> | x\\|y |")]
    [InlineData("|a|b|\n|-|-|\n|1|\n|", "| a | b |\n|---|---|\n| 1 |\n|  |")]
    [InlineData("T\n===\n***\n    code <b>", "# T\n\n---\n\n```\ncode <b>\n```")]
    [InlineData("a\n    # b\n    - c\n    1. d\n    > e\n    1.x", "a\n\\# b\n\\- c\n1\\. d\n\\> e\n1.x")]
    [InlineData("&amp; &copy; &#27;[31m `&#27;`", "&amp; &copy; \\&#27;[31m `&#27;`")]
    [InlineData("```a&#27;&amp;#27;\nx\n```", "```a␛\\&#27;\nx\n```")]
    [InlineData("[//]: # (hidden)\n\na", "a")]
    [InlineData("[a]: javascript:x\n\n[a]", "[a\\]: javascript:x\n\n[a]")]
    [InlineData("\u001b[31m", "␛[31m")]
    public void A_message_cannot_leave_its_section(string said, string expected)
    {
        Assert.Equal(expected, MarkdownText.Contain(said));
        // A second conversion must not change the result.
        Assert.Equal(expected, MarkdownText.Contain(expected));
    }

    // Reference links become inline links, because another message may define the same label differently. Emphasis next to CJK characters becomes
    // HTML, because other Markdown readers do not recognize it.
    [Theory]
    [InlineData("[T *i*][a] [a] [b]\n\n[A]: <https://e.x/(y> \"q\"", "[T <em>i</em>](<https://e.x/(y> \"q\") [a](<https://e.x/(y> \"q\") \\[b\\]")]
    [InlineData("**「a」**b *c*\n1. &lt;", "<strong>「a」</strong>b <em>c</em>\n\n1. &lt;")]
    [InlineData("# **「a」**b", "# <strong>「a」</strong>b")]
    [InlineData("|~~「a」~~b\\|c|\n|-|", "| <del>「a」</del>b\\|c |\n|---|")]
    public void Ambiguous_Markdown_is_rewritten(string said, string expected) => Assert.Equal(expected, MarkdownText.Contain(said));

    [Fact]
    public void Media_and_calls_are_in_the_page()
    {
        var protocol = ChatProtocol.For(QwenApi.ChatCompletions, ModelCatalogue.DefaultModel);
        var said = protocol.WriteMessage(
            new MessageDraft("user", [new("image", "data:image/png;base64,AA=="), new("image", "https://e.org/<a>.png"), DraftPart.OfText("What?")]),
                Sample.Now);
        var answer = protocol.WriteMessage(new MessageDraft("assistant", []) { ToolCalls = [new QwenToolCall("c", "look", "{\"at\":\"```\"}")] }, Sample.Now);
        var conversation = Sample.Plain(0);
        conversation.Append(new QwenTurn(1, [.. said, .. answer], said.Count) { State = QwenReplyState.Interrupted }, 0);
        string page = Page(conversation);
        Assert.Contains("![image/png, 3 bytes](data:image/png;base64,AA==)", page, StringComparison.Ordinal);
        Assert.Contains("](<https://e.org/%3Ca%3E.png>)", page, StringComparison.Ordinal);
        Assert.Contains("<summary>Call to look</summary>\n\n````json\n{\n  \"at\": \"```\"\n}\n````", page, StringComparison.Ordinal);
        Assert.Contains("*Interrupted by the user.*", page, StringComparison.Ordinal);
    }

    private static string Page(QwenConversation conversation)
    {
        using var stream = new MemoryStream();
        MarkdownPage.Write(stream, ConversationFileContent.Of(conversation), Sample.Now);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
