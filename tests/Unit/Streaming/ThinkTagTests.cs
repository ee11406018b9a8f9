using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Streaming;

public class ThinkTagTests
{
    public static TheoryData<string, string, string> Contents => new()
    {
        { "<think>\nhm\n</think>\n\nLisbon.", "hm", "Lisbon." },
        { "\n <think>hm</think>Lisbon.", "hm", "Lisbon." },
        { "<THINK >hm</Think >Lisbon.", "hm", "Lisbon." },
        { "<think type=\"deep\">hm</think>Lisbon.", "hm", "Lisbon." },
        { "<thinking>hm</thinking>\nLisbon.", "", "<thinking>hm</thinking>\nLisbon." },
        { "<seed:think>hm</seed:think>\nLisbon.", "hm", "Lisbon." },
        { "[THINK]hm[/THINK]Lisbon.", "hm", "Lisbon." },
        { "<think></think>\n\nLisbon.", "", "Lisbon." },
        { "<think>a</think>\n<think>b</think>Lisbon.", "a\nb", "Lisbon." },
        { "<think>never closed, a < b", "never closed, a < b", "" },
        { "<think>cut in the tag</thi", "cut in the tag", "" },
        { "<think>hm</think>Use `<think>`.", "hm", "Use `<think>`." },
        { "<think>", "", "" },
        { "Lisbon.", "", "Lisbon." },
        { " Lisbon.\n", "", " Lisbon.\n" },
        { "Write <think>hm</think> first.", "", "Write <think>hm</think> first." },
        { "```xml\n<think>hm</think>\n```", "", "```xml\n<think>hm</think>\n```" },
        { "`<think>` is a tag.", "", "`<think>` is a tag." },
        { "<thinker>x</thinker>", "", "<thinker>x</thinker>" },
        { "<th", "", "<th" },
        { "<b>Lisbon</b>", "", "<b>Lisbon</b>" },
        { "The tag </think> ends it.", "", "The tag </think> ends it." },
        { "```\nhm\n</think>\n```\nx", "", "```\nhm\n</think>\n```\nx" },
        { "Close with `</think>`\n", "", "Close with `</think>`\n" },
    };

    public static TheoryData<string, string, string> StrayEnds => new()
    {
        { "hm\n</think>\n\nLisbon.", "hm", "Lisbon." },
        { "</think>\n\nLisbon.", "", "Lisbon." },
        { "hm</think>\nLisbon.", "hm", "Lisbon." },
        { "<think>a <think> b</think> c\n</think>\nLisbon.", "a <think> b\nc", "Lisbon." },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    [MemberData(nameof(StrayEnds))]
    public void Content_is_split_at_the_tags(string content, string thinking, string text) => Assert.Equal((thinking, text), ThinkTag.Split(content));

    [Theory]
    [MemberData(nameof(Contents))]
    public void A_stream_can_be_split_anywhere(string content, string thinking, string text)
    {
        for (int first = 0; first <= content.Length; first++)
        {
            for (int second = first; second <= content.Length; second++)
                Assert.Equal((thinking.Replace("\n", "", StringComparison.Ordinal), text), Stream(content[..first], content[first..second], content[second..]));
        }
    }

    [Theory]
    [MemberData(nameof(Contents))]
    [MemberData(nameof(StrayEnds))]
    public void The_reply_is_the_same_in_every_form(string content, string thinking, string text)
    {
        for (int cut = 0; cut <= content.Length; cut++)
        {
            var fold = new ReplyBuilder();
            foreach (string piece in new[] { content[..cut], content[cut..] })
                fold.Add(new ChatDelta(ChatDeltaKind.Text) { Text = piece });
            fold.Add(new ChatDelta(ChatDeltaKind.Finished) { State = QwenReplyState.Completed });
            Assert.Equal((thinking, text), (fold.Thinking, fold.Text));
        }
    }

    [Fact]
    public void Thinking_in_a_field_and_between_tags_is_reported_once()
    {
        var fold = new ReplyBuilder();
        var told = new List<ChatDelta>();
        fold.Add(new ChatDelta(ChatDeltaKind.Thinking) { Text = "hm" }, told);
        fold.Add(new ChatDelta(ChatDeltaKind.Text) { Text = "<think>hm</think>Lisbon." }, told);
        Assert.Equal(("hm", "Lisbon."), (fold.Thinking, fold.Text));
        Assert.Equal(["hm", "Lisbon."], told.Select(delta => delta.Text));
    }

    [Fact]
    public void Snapshots_with_a_tag_are_also_split()
    {
        var fold = new ReplyBuilder();
        foreach (string piece in new[] { "<think>h", "<think>hm</th", "<think>hm</think>\n\nLis", "<think>hm</think>\n\nLisbon." })
            fold.Add(new ChatDelta(ChatDeltaKind.Text) { Text = piece }, []);
        Assert.Equal(("hm", "Lisbon."), (fold.Thinking, fold.Text));
    }

    private static (string, string) Stream(params string[] pieces)
    {
        var stream = new ThinkTagStream();
        var told = new List<ChatDelta>();
        foreach (string piece in pieces.Where(piece => piece.Length > 0))
            stream.Add(piece, told);
        stream.End(told);
        return (Of(ChatDeltaKind.Thinking).Replace("\n", "", StringComparison.Ordinal), Of(ChatDeltaKind.Text));

        string Of(ChatDeltaKind kind) => string.Concat(told.Where(delta => delta.Kind == kind).Select(delta => delta.Text));
    }
}
