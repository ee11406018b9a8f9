using QwenChat.Protocols;
using QwenChat.Protocols.Events;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>
/// Tests that an answer contains every word and item exactly once, regardless of how a server uses ids, indexes and events. Ids alone cannot show whether
/// two items are the same.
/// </summary>
public class ResponseIdentityTests
{
    private static readonly IChatProtocol s_protocol = ChatProtocol.For(QwenApi.Responses, "qwen-plus");

    public static TheoryData<ItemIds, ItemIndexes> Forms
    {
        get
        {
            var data = new TheoryData<ItemIds, ItemIndexes>();
            foreach (var ids in Enum.GetValues<ItemIds>())
            {
                foreach (var indexes in Enum.GetValues<ItemIndexes>())
                    data.Add(ids, indexes);
            }
            return data;
        }
    }

    /// <summary>All combinations of event kinds that contain every item completely at least once.</summary>
    private static IEnumerable<ItemEvents> Said => Enumerable.Range(0, 64).Select(flags => (ItemEvents)flags)
        .Where(events => events.HasFlag(ItemEvents.ItemDone) || events.HasFlag(ItemEvents.Response));

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_answer_contains_every_word_once(ItemIds ids, ItemIndexes indexes)
    {
        var wrong = new List<string>();
        foreach (var events in Said)
        {
            var answer = Read(new ResponseStreamForm(ids, indexes, events));
            string told =
                $"'{answer.Text}' '{answer.Thinking}' {string.Join(" ", answer.ToolCalls)} {answer.SearchResults.Count} {answer.ResponseId} {answer.Model} "
                + $"{answer.Usage?.TotalTokens} {answer.FinishReason} {answer.State}";
            string items = string.Join(" ", s_protocol.WriteAnswer(answer, DateTimeOffset.UnixEpoch).Select(item => $"{item.Type}='{item.Text}'"));
            if (told != Told || items != Items)
                wrong.Add($"{events}: {told} {items}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join("\n", wrong)}\nright: {Told} {Items}");
    }

    [Theory]
    [InlineData("reasoning", "message")]
    [InlineData("message", "reasoning")]
    [InlineData("function_call", "message")]
    [InlineData("message", "message")]
    [InlineData("web_search_call", "message")]
    public void Items_that_share_an_id_are_all_kept(string first, string second)
    {
        string body = $$"""{"id":"resp_1","status":"completed","output":[{{Item(first, "a", "one ")}},{{Item(second, "a", "two")}}]}""";
        foreach (string id in (string[])["\"a\"", "\"\"", "null", "7"])
        {
            var answer = Replay.Body(s_protocol, body.Replace("\"id\":\"a\"", $"\"id\":{id}", StringComparison.Ordinal));
            Assert.Equal([first, second], answer.Items.Select(item => item.Type));
            Assert.Equal((first == "message" ? "one " : "") + (second == "message" ? "two" : ""), answer.Text);
            Assert.Equal(first == "reasoning" ? "one " : second == "reasoning" ? "two" : "", answer.Thinking);
            Assert.Equal(first == "function_call" ? [new QwenToolCall("call_a", "one ", "{}")] : [], answer.ToolCalls);
        }
    }

    private static string Item(string type, string id, string text) => type switch
    {
        "message" => $$"""{"type":"message","id":"{{id}}","role":"assistant","content":[{"type":"output_text","text":"{{text}}"}]}""",
        "reasoning" => $$"""{"type":"reasoning","id":"{{id}}","summary":[{"type":"summary_text","text":"{{text}}"}]}""",
        "function_call" => $$"""{"type":"function_call","id":"{{id}}","call_id":"call_{{id}}","name":"{{text}}","arguments":"{}"}""",
        _ => $$"""{"type":"{{type}}","id":"{{id}}","status":"completed"}""",
    };

    [Theory]
    [InlineData("ha")]
    [InlineData("ha, ha")]
    public void The_same_words_twice_are_two_items(string text)
    {
        string[] events =
        [
            Delta(0, text), Done(0, text), Delta(1, text), Done(1, text),
            $$"""{"type":"response.completed","response":{"status":"completed","output":[{{Item("message", "x", text)}},{{Item("message", "y", text)}}] } }""",
        ];
        for (int left = 0; left < 16; left++)
        {
            var answer = Read(events.Where((_, i) => i == 4 || (left & (1 << i)) == 0));
            Assert.Equal((text + text, 2), (answer.Text, answer.Items.Count));
        }

        static string Delta(int index, string text) =>
            $$"""{"type":"response.output_text.delta","item_id":"m{{index}}","output_index":{{index}},"delta":"{{text}}"}""";
        static string Done(int index, string text) =>
            $$"""{"type":"response.output_item.done","output_index":{{index}},"item":{{Item("message", $"m{index}", text)}} }""";
    }

    [Fact]
    public void A_repeated_end_event_repeats_nothing()
    {
        string end = $$"""{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[{{Item("message", "a", "once")}}] } }""";
        var answer = Read([end, end, "[DONE]"]);
        Assert.Equal(("once", 1, "completed"), (answer.Text, answer.Items.Count, answer.FinishReason));
    }

    [Fact]
    public void A_repeated_item_without_id_or_index_is_one_item()
    {
        string item = """{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello!"}]}""";
        var answer = Read([Done(), Done(), $$"""{"type":"response.completed","response":{"status":"completed","output":[{{item}}] } }"""]);
        Assert.Equal("Hello!", Assert.Single(s_protocol.WriteAnswer(answer, DateTimeOffset.UnixEpoch)).Text);

        string Done() => $$"""{"type":"response.output_item.done","item":{{item}} }""";
    }

    [Theory]
    [InlineData("one ", "three", "one two three")]
    [InlineData("", "three", "one two three")]
    [InlineData("one two two ", "three", "one two three")]
    [InlineData("one two three", "", "one two three")]
    public void Lost_or_repeated_deltas_are_corrected_in_the_items(string first, string second, string whole)
    {
        foreach (string end in (string[])
        [
            $$"""{"type":"response.output_item.done","output_index":0,"item":{{Item("message", "b", whole)}} }""",
            $$"""{"type":"response.output_text.done","output_index":0,"item_id":"c","text":"{{whole}}"}""",
            $$"""{"type":"response.content_part.done","output_index":0,"item_id":"d","part":{"type":"output_text","text":"{{whole}}"} }""",
            "",
        ])
        {
            string last = end.Length > 0 ? """{"type":"response.completed","response":{"status":"completed","output":[]}}"""
                : $$"""{"type":"response.completed","response":{"status":"completed","output":[{{Item("message", "e", whole)}}] } }""";
            var answer = Read([Piece(first), Piece(second), .. end.Length > 0 ? [end, last] : new[] { last }]);
            Assert.Equal(whole, Assert.Single(s_protocol.WriteAnswer(answer, DateTimeOffset.UnixEpoch)).Text);
        }

        static string Piece(string text) => $$"""{"type":"response.output_text.delta","output_index":0,"item_id":"a","delta":"{{text}}"}""";
    }

    private const string Told =
        $"'{ResponseStreamForm.Text}' '{ResponseStreamForm.Thinking}' weather({ResponseStreamForm.First}) weather({ResponseStreamForm.Second}) 1 resp_1 m 7 "
        + "completed Completed";
    private const string Items =
        $"reasoning='{ResponseStreamForm.Thinking}' message='Hello world. ' web_search_call='' function_call='' function_call='' message='Bye'";

    private static ReplyBuilder Read(ResponseStreamForm form) => Read(form.Write());

    private static ReplyBuilder Read(IEnumerable<string> events)
    {
        var reader = s_protocol.NewReader();
        var deltas = new List<ChatDelta>();
        foreach (string json in events)
            reader.ReadEvent(new ServerSentEvent(default, System.Text.Encoding.UTF8.GetBytes(json), null), deltas);
        Assert.True(reader.IsFinished);
        return Replay.Fold(deltas);
    }
}
