using QwenChat.Commands.Repl;
using QwenChat.Commands.Terminal;
using Xunit;

namespace QwenChat.Tests.Commands.Repl;

public class ChatAnswerTests
{
    private readonly FakeTime _time = new();
    private readonly List<string> _writes = [];

    [Fact]
    public void Markdown_is_rendered_for_the_terminal()
    {
        using var answer = Begin(new TerminalStyle { Bold = ("<b>", "</b>"), Heading = "<h>", Reset = "</>" });
        Text(answer, "# Porto\n\nIt is **warm**.");
        answer.End();
        Assert.Equal("<h>Porto</>\n\nIt is <b>warm</b>.\n", string.Concat(_writes));
    }

    [Fact]
    public void The_answer_is_written_as_it_arrives()
    {
        using var answer = Begin();
        Text(answer, "One two three ");
        Assert.Equal("One two three", string.Concat(_writes).TrimEnd());
    }

    [Fact]
    public void Thinking_is_shown_above_the_answer()
    {
        using var answer = Begin(new TerminalStyle { Faint = "<f>", Reset = "</>" });
        Thinking(answer, "Hm **.**");
        Text(answer, "Yes.");
        answer.End();
        Assert.Equal("Hm **.**\n\nYes.\n", string.Concat(_writes).Replace("<f>", "", StringComparison.Ordinal).Replace("</>", "", StringComparison.Ordinal));
        Assert.StartsWith("<f>Hm</>", string.Concat(_writes), StringComparison.Ordinal);
    }

    [Fact]
    public void Thinking_is_wrapped_between_words()
    {
        using var answer = Begin(width: 24);
        Thinking(answer, "They want the newest files.\n\nSort by time.");
        Text(answer, "Yes.");
        answer.End();
        Assert.Equal("Thinking:\nThey want the newest\nfiles.\n\nSort by time.\n\nYes.\n", string.Concat(_writes));
    }

    [Theory]
    [InlineData("Hm, ", "well.", "Thinking … 2.0 s, 9 characters. Use /thinking to show them.\n\nYes.\n")]
    [InlineData("", "?", "Thinking … 2.0 s, 1 character. Use /thinking to show it.\n\nYes.\n")]
    public void Collapsed_thinking_is_one_line(string first, string second, string expected)
    {
        using var german = new GermanCulture();
        using var answer = Begin(folds: true);
        Thinking(answer, first);
        _time.Advance(TimeSpan.FromSeconds(2));
        Thinking(answer, second);
        Text(answer, "Yes.");
        answer.End();
        Assert.Equal(expected, string.Concat(_writes));
    }

    [Fact]
    public void Thinking_without_an_answer_ends_its_line()
    {
        using var answer = Begin(folds: true);
        Thinking(answer, "Hm.");
        answer.End();
        Assert.EndsWith("\n", string.Concat(_writes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_answer_shows_its_text_and_ends_its_line()
    {
        using var answer = Begin();
        Text(answer, "| a | b |\n|---|---|\n| 1 | 2");
        answer.End();
        Assert.Contains("1", string.Concat(_writes), StringComparison.Ordinal);
        Assert.EndsWith("\n", string.Concat(_writes), StringComparison.Ordinal);
    }

    [Fact]
    public void Control_sequences_are_made_visible()
    {
        using var answer = Begin();
        Thinking(answer, "\x1b[2J");
        Text(answer, "\x1b]0;title\x07");
        answer.End();
        Assert.DoesNotContain('\x1b', string.Concat(_writes));
        Assert.Contains("␛[2J", string.Concat(_writes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_answer_writes_nothing()
    {
        using var answer = Begin();
        answer.End();
        Assert.Empty(_writes);
    }

    private ChatAnswer Begin(TerminalStyle? style = null, bool folds = false, int width = 80) =>
        new(_writes.Add, style ?? TerminalStyle.Plain, width, folds, _time, () => { });

    private static void Text(ChatAnswer answer, string text) => answer.Take(new QwenReplyDelta(QwenReplyDeltaKind.Text, text));

    private static void Thinking(ChatAnswer answer, string text) => answer.Take(new QwenReplyDelta(QwenReplyDeltaKind.Thinking, text));
}
