using QwenChat.Commands.Terminal;
using Xunit;

namespace QwenChat.Tests.Commands;

public class LiveTextTests
{
    private readonly FakeTime _time = new();
    private readonly List<string> _writes = [];
    private readonly LiveText _live;

    public LiveTextTests() => _live = Begin();

    [Fact]
    public void The_first_chunk_is_written_immediately()
    {
        Text("Hel");
        Assert.Equal(["Hel"], _writes);
    }

    [Fact]
    public void Chunks_within_the_interval_are_written_together()
    {
        foreach (string piece in new[] { "a", "b", "c" })
            Text(piece);
        _time.Advance(LiveText.Interval);
        Assert.Equal(["a", "bc"], _writes);
    }

    [Fact]
    public void A_chunk_after_the_interval_is_written_immediately()
    {
        Text("a");
        _time.Advance(LiveText.Interval);
        Text("b");
        Assert.Equal(["a", "b"], _writes);
    }

    [Fact]
    public void Pending_text_is_written_even_if_nothing_follows()
    {
        Text("a");
        Text("b");
        _time.Advance(LiveText.Interval * 0.9);
        Assert.Equal(["a"], _writes);
        _time.Advance(LiveText.Interval * 0.1);
        Assert.Equal(["a", "b"], _writes);
    }

    [Fact]
    public void Ten_thousand_chunks_per_second_need_only_a_few_writes()
    {
        for (int i = 0; i < 10_000; i++)
        {
            Text("x");
            _time.Advance(TimeSpan.FromMilliseconds(0.1));
        }
        _live.EndLine();
        Assert.Equal(10_000, _writes.Sum(write => write.Count(c => c == 'x')));
        Assert.InRange(_writes.Count, 30, 36);
    }

    [Fact]
    public void A_slow_display_is_updated_less_often()
    {
        using var live = new LiveText((_, _) => _time.Advance(TimeSpan.FromMilliseconds(200)), _time, () => { });
        var began = _time.GetUtcNow();
        for (int i = 0; i < 1000; i++)
            live.Take(new QwenReplyDelta(QwenReplyDeltaKind.Text, "x"));
        Assert.Equal(TimeSpan.FromMilliseconds(200), _time.GetUtcNow() - began);
    }

    [Fact]
    public void The_end_of_the_answer_writes_the_pending_text_and_ends_the_line()
    {
        Text("a");
        Text("b");
        _live.EndLine();
        Assert.Equal("ab\n", string.Concat(_writes));
    }

    [Theory]
    [InlineData("a\n")]
    [InlineData("")]
    public void A_line_that_has_ended_is_not_ended_again(string text)
    {
        Text(text);
        _live.EndLine();
        _live.EndLine();
        Assert.Equal(text, string.Concat(_writes));
    }

    [Fact]
    public void Thinking_and_answer_are_two_paragraphs()
    {
        Thinking("Hm.");
        Text("Yes.");
        _live.EndLine();
        Assert.Equal("<Hm.><\n><\n>Yes.\n", string.Concat(_writes));
    }

    [Fact]
    public void Thinking_has_a_heading_without_color()
    {
        using var live = Begin("Thinking:");
        live.Take(new QwenReplyDelta(QwenReplyDeltaKind.Thinking, "Hm."));
        Assert.Equal("<Thinking:\n><Hm.>", string.Concat(_writes));
    }

    [Fact]
    public void Control_sequences_are_made_visible_wherever_they_are_split()
    {
        foreach (char c in "\u001b[2J\r\n\u009bx\r")
            Text(c.ToString());
        _live.EndLine();
        Assert.Equal("␛[2J\n<U+009B>x␍\n", string.Concat(_writes));
    }

    [Fact]
    public void A_surrogate_pair_is_not_split()
    {
        Text("\ud83d");
        Assert.Empty(_writes);
        Text("\ude00");
        Assert.Equal(["😀"], _writes);
    }

    [Theory]
    [InlineData(QwenReplyDeltaKind.Audio)]
    [InlineData(QwenReplyDeltaKind.ToolCall)]
    [InlineData(QwenReplyDeltaKind.Done)]
    public void Deltas_without_text_are_not_displayed(string kind)
    {
        _live.Take(new QwenReplyDelta(kind, "x"));
        _live.EndLine();
        Assert.Empty(_writes);
    }

    private LiveText Begin(string heading = "")
    {
        LiveText? live = null;
        live = new LiveText((text, isThinking) => _writes.Add(isThinking ? $"<{text}>" : text), _time, () => live!.Tick(), heading);
        return live;
    }

    private void Text(string text) => _live.Take(new QwenReplyDelta(QwenReplyDeltaKind.Text, text));

    private void Thinking(string text) => _live.Take(new QwenReplyDelta(QwenReplyDeltaKind.Thinking, text));
}
