using System.Text;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class ResponsesReaderTests
{
    private static readonly ResponsesProtocol Protocol = new();

    private static string Events(params string[] events) => string.Concat(events.Select(e => $"data:{e}\n\n"));

    private const string Completed = """{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[]}}""";

    private static string CompletedWith(string output) =>
        $"{{\"type\":\"response.completed\",\"response\":{{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[{output}]}}}}";

    [Fact]
    public void A_body_is_read()
    {
        var answer = Replay.Body(Protocol, TestFiles.Sample("2.4-response.json"));
        Assert.Equal("你好！", answer.Text);
        Assert.StartsWith("Thinking Process:\n\n1.", answer.Thinking, StringComparison.Ordinal);
        Assert.Equal(("0c842a11-c7d1-45da-b7ec-4e668c389xxx", "qwen3.6-plus"), (answer.ResponseId, answer.Model));
        Assert.Equal(new DateTimeOffset(2026, 2, 16, 7, 10, 25, TimeSpan.Zero), answer.CreatedAt);
        Assert.Equal(new QwenUsage { InputTokens = 49, OutputTokens = 1384, TotalTokens = 1433, CachedTokens = 0, ReasoningTokens = 1110 }, answer.Usage);
        Assert.Equal(["reasoning", "message"], answer.Items.Select(item => item.Type));
        Assert.Equal(("completed", QwenReplyState.Completed), (answer.FinishReason, answer.State));
    }

    [Fact]
    public void A_sparse_body_is_read() =>
        Assert.Equal("Yes, John! I remember your name. How can I assist you today?", Replay.Body(Protocol, TestFiles.Sample("2.4-second-turn.json")).Text);

    [Fact]
    public void Items_are_kept_in_a_form_that_can_be_sent_back()
    {
        var item = Replay.Body(Protocol, TestFiles.Sample("2.4-response.json")).Items[1];
        Assert.Equal(
            """{"content":[{"annotations":["""
                + """],"text":"你好！","type":"output_text"}],"id":"msg_c8bb3db1-d235-44e7-9704-55b584022xxx","role":"assistant","status":"completed","typ"""
                + """e":"message"}""",
            Encoding.UTF8.GetString(item.Json.Span));
        Assert.Equal(("msg_c8bb3db1-d235-44e7-9704-55b584022xxx", "assistant", "completed"), (item.Id, item.Role, item.Status));
    }

    [Fact]
    public void A_stream_is_read()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Sample("2.6-text.sse"));
        Assert.Equal("人工智能（Artificial Intelligence，简称 AI）", answer.Text);
        Assert.Equal(answer.Text, Assert.Single(answer.Items).Text);
        Assert.Equal(("428c90e9-9cd6-90a6-9726-c02b08ebexxx", "qwen3.7-max"), (answer.ResponseId, answer.Model));
        Assert.Equal(new QwenUsage { InputTokens = 37, OutputTokens = 243, TotalTokens = 280 }, answer.Usage);
    }

    [Fact]
    public void Thinking_and_a_search_are_read()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Sample("2.6-thinking-and-search.sse"));
        Assert.Equal(("用户想要我：", "好的"), (answer.Thinking, answer.Text));
        Assert.Equal(["reasoning", "web_search_call", "message"], answer.Items.Select(item => item.Type));
        Assert.Equal(["https://cn.aliyun.com/", "https://www.aliyun.com/"], answer.SearchResults.Select(result => result.Url));
        Assert.Equal(new QwenUsage { InputTokens = 100, OutputTokens = 20, TotalTokens = 120, CachedTokens = 64, CacheCreationTokens = 32 }, answer.Usage);
        Assert.Empty(answer.ToolCalls);
    }

    [Theory]
    [InlineData("2.6-text.sse")]
    [InlineData("2.6-thinking-and-search.sse")]
    public void The_stream_can_be_split_anywhere(string sample)
    {
        byte[] bytes = TestFiles.Sample(sample);
        string whole = Replay.Describe(Replay.Deltas(Protocol, bytes));
        for (int i = 1; i < bytes.Length; i++)
            Assert.Equal(whole, Replay.Describe(Replay.Deltas(Protocol, bytes, i)));
    }

    [Fact]
    public void A_failed_response_is_an_error()
    {
        var error = Assert.Throws<QwenException>(() => Replay.Stream(Protocol, TestFiles.Sample("2.6-failed.sse")));
        Assert.Equal((QwenErrorKind.ModelNotFound, "InvalidParameter", "Unsupported model: '__nope__'"), (error.Kind, error.Code, error.Message));
    }

    [Theory]
    [InlineData("""{"type":"error","code":"server_error","message":"Oops","param":null,"sequence_number":1}""")]
    [InlineData("""{"type":"error","error":{"type":"server_error","code":"server_error","message":"Oops"}}""")]
    [InlineData("""{"error":{"code":"server_error","message":"Oops"}}""")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Oops"}}}""")]
    public void An_error_event_is_an_error(string json)
    {
        var error = Assert.Throws<QwenException>(() => Replay.Stream(Protocol, Events(json)));
        Assert.Equal((QwenErrorKind.ServiceUnavailable, "server_error", "Oops"), (error.Kind, error.Code, error.Message));
    }

    [Fact]
    public void An_error_event_with_a_status_is_an_error_of_that_status()
    {
        var error = Assert.Throws<QwenException>(() => Replay.Stream(Protocol,
            "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"request_id\":\"req-provider-456\",\"code\":\"Throttling.AllocationQuota\",\"message\":\"Allocated "
                + "quota exceeded\"}\n\n"));
        Assert.Equal((429, QwenErrorKind.RateLimited, RetryAdvice.Patiently, "req-provider-456"), (error.Status, error.Kind, error.Retry, error.RequestId));
    }

    [Theory]
    [InlineData("""{"type":"response.output_text.done","item_id":"m","text":"hello"}""")]
    [InlineData("""{"type":"response.output_item.done","item":{"id":"m","type":"message","role":"assistant","content":["""
        + """{"type":"output_text","text":"hello"}]}}""")]
    [InlineData("""{"type":"response.refusal.done","item_id":"m","refusal":"hello"}""")]
    public void Text_that_is_only_in_an_end_event_is_not_lost(string json) =>
        Assert.Equal("hello", Replay.Stream(Protocol, Events(json, Completed)).Text);

    [Fact]
    public void Text_that_is_only_in_the_response_is_not_lost()
    {
        var answer = Replay.Stream(Protocol,
            Events(CompletedWith(
                """{"type":"reasoning","summary":[{"text":"hm"}]},{"id":"m","type":"message","role":"assistant","content":["""
                    + """{"type":"output_text","text":"hello"}]}""")));
        Assert.Equal(("hm", "hello", 2), (answer.Thinking, answer.Text, answer.Items.Count));
    }

    [Theory]
    [InlineData("\"item_id\":\"m\",", "\"id\":\"m\",")]
    [InlineData("", "\"id\":\"m\",")]
    [InlineData("\"item_id\":\"m\",", "")]
    [InlineData("", "")]
    public void Text_is_reported_once_with_or_without_ids(string itemId, string id)
    {
        string item = $"{{{id}\"type\":\"message\",\"role\":\"assistant\",\"content\":[{{\"type\":\"output_text\",\"text\":\"ab\"}}]}}";
        string[] events =
        [
            $"{{{itemId}\"type\":\"response.output_text.delta\",\"delta\":\"a\"}}",
            $"{{{itemId}\"type\":\"response.output_text.delta\",\"delta\":\"b\"}}",
            $"{{{itemId}\"type\":\"response.output_text.done\",\"text\":\"ab\"}}",
            $"{{\"type\":\"response.output_item.done\",\"item\":{item}}}",
        ];
        foreach (string[] part in (string[][])[events, events[..3], [events[0], events[1], events[3]], events[..2]])
        {
            var answer = Replay.Stream(Protocol, Events([.. part, CompletedWith(item)]));
            Assert.Equal(("ab", "ab"), (answer.Text, Assert.Single(answer.Items).Text));
        }
    }

    [Fact]
    public void Two_messages_are_both_reported()
    {
        const string first =
            """{"id":"1","type":"message","role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"output_text","text":"b"}]}""";
        const string second = """{"id":"2","type":"message","role":"assistant","content":[{"type":"output_text","text":"c"}]}""";
        var answer = Replay.Stream(Protocol, Events(
            """{"type":"response.output_text.delta","item_id":"1","content_index":0,"delta":"a"}""",
            $"{{\"type\":\"response.output_item.done\",\"item\":{first}}}",
            CompletedWith(first + "," + second)));
        Assert.Equal(("abc", 2), (answer.Text, answer.Items.Count));
    }

    [Theory]
    [InlineData("reasoning_text")]
    [InlineData("reasoning_summary_text")]
    public void Thinking_is_read_from_two_fields(string name)
    {
        var answer = Replay.Stream(Protocol, Events(
            $"{{\"type\":\"response.{name}.delta\",\"item_id\":\"r\",\"delta\":\"h\"}}",
            $"{{\"type\":\"response.{name}.delta\",\"item_id\":\"r\",\"delta\":\"m\"}}",
            $"{{\"type\":\"response.{name}.done\",\"item_id\":\"r\",\"text\":\"hm\"}}",
            """{"type":"response.output_item.done","item":{"id":"r","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}}""", Completed));
        Assert.Equal("hm", answer.Thinking);
    }

    [Fact]
    public void Tool_calls_arrive_in_chunks()
    {
        var answer = Replay.Stream(Protocol, Events(
            """{"type":"response.output_item.added","item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"a","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":"{\"x\""}""",
            """{"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":":1}"}""",
            """{"type":"response.function_call_arguments.done","item_id":"fc_1","arguments":"{\"x\":1}"}""",
            """{"type":"response.output_item.done","item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"a","arguments":"{\"x\":1}"}}""",
            """{"type":"response.output_item.done","item":{"type":"function_call","id":"fc_2","call_id":"call_2","name":"b","arguments":"{}"}}""", Completed));
        Assert.Equal([new QwenToolCall("call_1", "a", "{\"x\":1}"), new QwenToolCall("call_2", "b", "{}")], answer.ToolCalls);
    }

    [Fact]
    public void An_incomplete_response_contains_the_reason()
    {
        var answer = Replay.Stream(Protocol,
            Events("""{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"""));
        Assert.Equal(("max_output_tokens", QwenReplyState.Incomplete), (answer.FinishReason, answer.State));
    }

    [Fact]
    public void A_stream_without_its_end_is_broken() =>
        Assert.Equal(QwenErrorKind.StreamBroken,
            Assert.Throws<QwenException>(() => Replay.Stream(Protocol, Events("""{"type":"response.output_text.delta","delta":"a"}"""))).Kind);

    [Fact]
    public void A_stream_with_a_different_end_marker_is_incomplete()
    {
        var answer = Replay.Stream(Protocol, Events("""{"type":"response.output_text.delta","delta":"a"}""", "[DONE]"));
        Assert.Equal(("a", "a", QwenReplyState.Incomplete, null), (answer.Text, Assert.Single(answer.Items).Text, answer.State, answer.FinishReason));
    }

    [Theory]
    [InlineData("""{"type":"response.output_text.delta","delta":7,"item_id":[],"content_index":"x"}""")]
    [InlineData("""{"type":"response.output_item.done","item":"x"}""")]
    [InlineData("""{"type":"response.output_item.done","item":{"type":{},"content":{"a":1},"summary":3,"id":5}}""")]
    [InlineData("""{"type":"response.created","response":[]}""")]
    [InlineData("""{"type":"response.created","response":{"id":1,"model":{},"usage":[],"created_at":"x"}}""")]
    [InlineData("""{"type":7,"response":{}}""")]
    [InlineData("""{"type":"response.something.new","delta":"x"}""")]
    [InlineData("""{"type":"response.web_search_call.searching","output_index":1}""")]
    public void Unknown_events_and_fields_are_skipped(string json) =>
        Assert.Equal("a", Replay.Stream(Protocol, Events(json, """{"type":"response.output_text.delta","delta":"a"}""", Completed)).Text);

    [Theory]
    [InlineData("{\"type\":")]
    [InlineData("<html>")]
    [InlineData("7")]
    public void Invalid_JSON_is_a_protocol_error(string data)
    {
        Assert.Equal(QwenErrorKind.ProtocolError, Assert.Throws<QwenException>(() => Replay.Stream(Protocol, $"data: {data}\nid:2\n\n")).Kind);
        Assert.Equal(QwenErrorKind.ProtocolError, Assert.Throws<QwenException>(() => Replay.Body(Protocol, data)).Kind);
    }

    [Theory]
    [InlineData("""{"request_id":"r","code":"InvalidParameter","message":"Not found previous_response_id: resp_3cad"}""", QwenErrorKind.StateExpired)]
    [InlineData("""{"id":"x","status":"failed","error":{"code":"data_inspection_failed","message":"Output data may contain inappropriate content."}}""",
        QwenErrorKind.ContentFiltered)]
    [InlineData("""{"hello":1}""", QwenErrorKind.ProtocolError)]
    public void A_body_that_is_not_an_answer_is_an_error(string body, QwenErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<QwenException>(() => Replay.Body(Protocol, body)).Kind);

    [Theory]
    [InlineData("1771225825")]
    [InlineData("1771225825.0")]
    [InlineData("1771225825000")]
    public void Times_in_seconds_and_milliseconds_are_read(string time) =>
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1771225825),
        Replay.Body(Protocol, $"{{\"status\":\"completed\",\"output\":[],\"created_at\":{time}}}").CreatedAt);

    [Fact]
    public void An_interrupted_answer_keeps_complete_items_and_later_text()
    {
        var reader = Protocol.NewReader();
        var deltas = new List<ChatDelta>();
        foreach (string json in (string[])
        [
            """{"type":"response.output_item.done","item":{"id":"r","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}}""",
            """{"type":"response.output_text.delta","item_id":"m","delta":"half an ans"}""",
        ])
            reader.ReadEvent(new ServerSentEvent(default, Encoding.UTF8.GetBytes(json), null), deltas);
        var items = Protocol.WriteAnswer(Replay.Fold(deltas), DateTimeOffset.UnixEpoch);
        Assert.Equal(["reasoning", "message"], items.Select(item => item.Type));
        Assert.Equal("""{"type":"message","role":"assistant","content":[{"type":"output_text","text":"half an ans"}]}""",
            Encoding.UTF8.GetString(items[1].Json.Span));
    }

    [SharedTheory]
    [InlineData("basic")]
    [InlineData("conversation")]
    [InlineData("image_input")]
    public void Recorded_bodies_are_read(string name)
    {
        var answer = Replay.Body(Protocol, TestFiles.Recording("openai", "Responses", name, "response.json"));
        Assert.NotEmpty(answer.Text);
        Assert.Equal(answer.Text, answer.Items[^1].Text);
        Assert.NotNull(answer.Usage!.CachedTokens);
    }

    [SharedFact]
    public void A_recorded_stream_that_hit_its_limit_is_read()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Recording("openai", "Responses", "streaming", "response.txt"));
        Assert.EndsWith("running up to give her a high", answer.Text, StringComparison.Ordinal);
        Assert.Equal(answer.Text, Assert.Single(answer.Items).Text);
        Assert.Equal(("max_output_tokens", QwenReplyState.Incomplete, 216L), (answer.FinishReason, answer.State, answer.Usage!.TotalTokens!.Value));
    }

    [SharedFact]
    public void A_recorded_stream_with_thinking_is_read()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Recording("openai", "Responses", "reasoning_streaming", "response.txt"));
        Assert.EndsWith("the sum of the first 10 prime numbers is 129.", answer.Text, StringComparison.Ordinal);
        Assert.Equal((2, 320L), (answer.Items.Count, answer.Usage!.ReasoningTokens!.Value));
    }

    [SharedFact]
    public void A_recorded_rejection_of_mutually_exclusive_ids_is_read()
    {
        var error =
            Assert.Throws<QwenException>(() => Replay.Body(Protocol, TestFiles.Recording("openai", "Responses", "mutual_exclusive_error", "response.json")));
        Assert.Equal((QwenErrorKind.MutuallyExclusive, "mutually_exclusive_parameters"), (error.Kind, error.Code));
    }
}
