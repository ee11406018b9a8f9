using System.Text;
using QwenChat.Protocols.Events;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class ChatCompletionsReaderTests
{
    private static readonly ChatCompletionsProtocol Protocol = new();

    private static string Chunk(string delta, string finish = "null") =>
        $"data: {{\"choices\":[{{\"delta\":{delta},\"finish_reason\":{finish},\"index\":0}}]}}\n\n";

    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public void A_body_is_read()
    {
        var answer = Replay.Body(Protocol, TestFiles.Sample("4.2-chat.json"));
        Assert.Equal("我是阿里云开发的一款超大规模语言模型，我叫千问。", answer.Text);
        Assert.Equal("chatcmpl-6ada9ed2-7f33-9de2-8bb0-78bd4035025a", answer.ResponseId);
        Assert.Equal("qwen3.8-max", answer.Model);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1735120033), answer.CreatedAt);
        Assert.Equal(new QwenUsage { InputTokens = 3019, OutputTokens = 104, TotalTokens = 3123, CachedTokens = 2048 }, answer.Usage);
        Assert.Equal(("stop", QwenReplyState.Completed), (answer.FinishReason, answer.State));
    }

    [Fact]
    public void A_stream_is_read()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Sample("4.3-chat.sse"));
        Assert.Equal(("Who am I?", "我是千问。"), (answer.Thinking, answer.Text));
        Assert.Equal(new QwenUsage { InputTokens = 10, OutputTokens = 360, TotalTokens = 370, ReasoningTokens = 286 }, answer.Usage);
        Assert.Equal(("stop", QwenReplyState.Completed, true), (answer.FinishReason, answer.State, answer.Finished));
        Assert.Equal(("chatcmpl-e2edaf2c-8aaf-9e54-90e2-b21dd5045503", "qwen3.8-max"), (answer.ResponseId, answer.Model));
    }

    [Theory]
    [InlineData("4.3-chat.sse")]
    [InlineData("6.5-omni.sse")]
    public void The_stream_can_be_split_anywhere(string sample)
    {
        byte[] bytes = TestFiles.Sample(sample);
        string whole = Replay.Describe(Replay.Deltas(Protocol, bytes));
        for (int i = 1; i < bytes.Length; i++)
            Assert.Equal(whole, Replay.Describe(Replay.Deltas(Protocol, bytes, i)));
    }

    [Fact]
    public void Audio_arrives_in_chunks()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Sample("6.5-omni.sse"));
        Assert.Equal("I", answer.Text);
        Assert.Equal(["/v8AAAAA"], answer.AudioPieces);
    }

    [Fact]
    public void The_transcript_of_audio_is_read_as_text() =>
        Assert.Equal("Hi", Replay.Stream(Protocol, Chunk("{\"audio\":{\"transcript\":\"Hi\"}}") + Chunk("{}", "\"stop\"") + Done).Text);

    [Fact]
    public void A_stream_may_end_without_its_marker() =>
        Assert.Equal("a", Replay.Stream(Protocol, Chunk("{\"content\":\"a\"}") + Chunk("{}", "\"stop\"")).Text);

    [Fact]
    public void A_stream_without_finish_reason_is_broken()
    {
        var error = Assert.Throws<QwenException>(() => Replay.Stream(Protocol, Chunk("{\"content\":\"a\"}")));
        Assert.Equal(QwenErrorKind.StreamBroken, error.Kind);
    }

    [Fact]
    public void An_end_marker_without_finish_reason_is_incomplete()
    {
        var answer = Replay.Stream(Protocol, Chunk("{\"content\":\"a\"}") + Done);
        Assert.Equal(("a", QwenReplyState.Incomplete, null), (answer.Text, answer.State, answer.FinishReason));
    }

    [Theory]
    [InlineData("\"length\"")]
    [InlineData("null")]
    public void A_truncated_body_is_incomplete(string finish) =>
        Assert.Equal(QwenReplyState.Incomplete,
        Replay.Body(Protocol, $"{{\"choices\":[{{\"message\":{{\"content\":\"a\"}},\"finish_reason\":{finish}}}]}}").State);

    [Fact]
    public void Tool_calls_arrive_in_chunks()
    {
        var answer = Replay.Stream(Protocol,
            Chunk("""{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"a","arguments":"{\"x\":"}}]}""")
            + Chunk("""{"tool_calls":[{"index":0,"id":"","function":{"name":null,"arguments":"1}"}}]}""")
            + Chunk("""{"tool_calls":[{"index":1,"id":"call_2","function":{"name":"b","arguments":"{}"}}]}""", "\"tool_calls\"") + Done);
        Assert.Equal([new QwenToolCall("call_1", "a", "{\"x\":1}"), new QwenToolCall("call_2", "b", "{}")], answer.ToolCalls);
    }

    [Fact]
    public void Tool_calls_without_an_index_are_distinguished()
    {
        var answer = Replay.Body(Protocol,
            """{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1","function":{"name":"a","arguments":"{}"}},"""
                + """{"id":"2","function":{"name":"b","arguments":{"x":1}}}]},"finish_reason":"tool_calls"}]}""");
        Assert.Equal([new QwenToolCall("1", "a", "{}"), new QwenToolCall("2", "b", "{\"x\":1}")], answer.ToolCalls);
    }

    [Fact]
    public void Additional_choices_are_not_the_answer() =>
        Assert.Equal("a", Replay.Body(Protocol,
        """{"choices":[{"index":1,"message":{"content":"b"},"finish_reason":"stop"},{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]}""").Text);

    [Fact]
    public void A_split_emoji_is_rejoined() =>
        Assert.Equal("😊", Replay.Stream(Protocol, Chunk("""{"content":"\ud83d"}""") + Chunk("""{"content":"\ude0a"}""", "\"stop\"") + Done).Text);

    [Fact]
    public void Escapes_are_read() =>
        Assert.Equal("a\"\\/\b\f\n\r\té\0",
        Replay.Body(Protocol, """{"choices":[{"message":{"content":"a\"\\\/\b\f\n\r\t\u00e9\u0000"},"finish_reason":"stop"}]}""").Text);

    [Theory]
    [InlineData("""{"choices":[{"delta":"x","index":"y","finish_reason":7}],"id":{},"model":[],"created":"z","usage":3}""")]
    [InlineData("""{"choices":[{"delta":{"content":{"a":1},"reasoning_content":[],"tool_calls":{"a":[]},"audio":"x"}}],"usage":{"prompt_tokens":"3","x":[1,"""
        + """{"y":[]}]}}""")]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[3,{"index":"0","id":4,"function":"f"},{"function":{"name":5,"arguments":6}}]}}]}""")]
    [InlineData("""{"choices":{"a":1},"created":-1e300,"\ud800":1}""")]
    [InlineData("""{"choices":[1,null,"x",[{}]]}""")]
    [InlineData("""{"unknown":{"deep":[[[{}]]]}}""")]
    public void Fields_of_the_wrong_type_are_skipped(string chunk) =>
        Assert.Equal("a", Replay.Stream(Protocol, $"data: {chunk}\n\n" + Chunk("{\"content\":\"a\"}", "\"stop\"") + Done).Text);

    [Theory]
    [InlineData("{\"choices\":")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("{\"a\" 1}")]
    public void Invalid_JSON_is_a_protocol_error(string data)
    {
        var fromStream = Assert.Throws<QwenException>(() => Replay.Stream(Protocol, $"data: {data}\n\n"));
        Assert.Equal(QwenErrorKind.ProtocolError, fromStream.Kind);
        Assert.Contains(data, fromStream.Message, StringComparison.Ordinal);
        Assert.Equal(QwenErrorKind.ProtocolError, Assert.Throws<QwenException>(() => Replay.Body(Protocol, data)).Kind);
    }

    [Fact]
    public void JSON_nested_too_deeply_is_a_protocol_error()
    {
        string data = "{\"choices\":" + new string('[', 1000) + new string(']', 1000) + "}";
        Assert.Equal(QwenErrorKind.ProtocolError, Assert.Throws<QwenException>(() => Replay.Stream(Protocol, $"data: {data}\n\n")).Kind);
    }

    [Theory]
    [InlineData("""{"error":{"code":"insufficient_quota","message":"Allocated quota exceeded, please increase your quota limit."}}""",
        QwenErrorKind.RateLimited)]
    [InlineData("""{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"1"}""", QwenErrorKind.AuthenticationFailed)]
    public void An_error_inside_an_answer_is_an_error(string json, QwenErrorKind kind)
    {
        Assert.Equal(kind, Assert.Throws<QwenException>(() => Replay.Stream(Protocol, Chunk("{\"content\":\"a\"}") + $"data: {json}\n\n")).Kind);
        Assert.Equal(kind, Assert.Throws<QwenException>(() => Replay.Body(Protocol, json)).Kind);
    }

    [Fact]
    public void A_chunk_allocates_no_more_than_its_text()
    {
        byte[] chunk = Encoding.UTF8.GetBytes(
            """{"choices":[{"delta":{"content":"我是","function_call":null,"refusal":null,"role":null,"tool_calls":null},"finish_reason":null,"index":"""
                + """0,"logprobs":null}],"created":1735113344,"id":"chatcmpl-1","model":"qwen-plus","usage":null}""");
        var reader = Protocol.NewReader();
        var deltas = new List<ChatDelta>(16);
        var serverEvent = new ServerSentEvent(default, chunk, null);
        reader.ReadEvent(serverEvent, deltas);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            deltas.Clear();
            reader.ReadEvent(serverEvent, deltas);
        }
        // 1,000 strings of two characters take 32,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000);
    }

    [SharedTheory]
    [InlineData("basic", "Hello! I'm doing well, thank you. How about you?", 13L)]
    [InlineData("multi_turn", "3+3 equals 6.", 35L)]
    public void Recorded_bodies_are_read(string name, string text, long inputTokens)
    {
        var answer = Replay.Body(Protocol, TestFiles.Recording("openai", "ChatCompletions", name, "response.json"));
        Assert.Equal((text, (long?)inputTokens, QwenReplyState.Completed), (answer.Text, answer.Usage!.InputTokens, answer.State));
    }

    [SharedFact]
    public void A_recorded_call_is_read() =>
        Assert.Equal([new QwenToolCall("call_abc123xyz", "get_weather", "{\"location\":\"San Francisco, CA\",\"unit\":\"fahrenheit\"}")],
            Replay.Body(Protocol, TestFiles.Recording("openai", "ChatCompletions", "function_calling", "response.json")).ToolCalls);

    [SharedFact]
    public void A_recorded_stream_is_read()
    {
        var answer = Replay.Stream(Protocol, TestFiles.Recording("openai", "ChatCompletions", "streaming", "response.txt"));
        Assert.Equal("In circuits bright, minds take flight.", answer.Text);
        Assert.Equal((24L, "stop"), (answer.Usage!.TotalTokens!.Value, answer.FinishReason));
    }
}
