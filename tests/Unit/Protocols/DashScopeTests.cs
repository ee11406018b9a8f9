using System.Text;
using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

public class DashScopeTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly DashScopeProtocol Text = new(multimodal: false);
    private static readonly DashScopeProtocol Multimodal = new(multimodal: true);

    private static byte[] Recording(string name) => TestFiles.Recording("dashscope", name + ".response.body.txt");

    private static ReplyBuilder Read(string name) =>
        name.EndsWith("-sse", StringComparison.Ordinal) ? Replay.Stream(Text, Recording(name)) : Replay.Body(Text, Recording(name));

    /// <summary>Returns the contents of a recording, parsed without the reader under test.</summary>
    private static (string Text, string Thinking, JsonElement Usage, string Finish) Expected(string name)
    {
        string text = "", thinking = "", finish = "";
        var usage = default(JsonElement);
        string all = Encoding.UTF8.GetString(Recording(name)).TrimStart('\uFEFF');
        foreach (string json in name.EndsWith("-sse", StringComparison.Ordinal)
            ? all.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)).Select(line => line[5..]) : [all])
        {
            var root = JsonDocument.Parse(json).RootElement;
            var output = root.GetProperty("output");
            usage = root.GetProperty("usage");
            if (!output.TryGetProperty("choices", out var choices))
            {
                text += output.GetProperty("text").GetString();
                finish = output.GetProperty("finish_reason").GetString()!;
                continue;
            }
            var message = choices[0].GetProperty("message");
            var content = message.GetProperty("content");
            text += content.ValueKind == JsonValueKind.String
                ? content.GetString() : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));
            thinking += message.TryGetProperty("reasoning_content", out var thought) ? thought.GetString() : "";
            finish = choices[0].GetProperty("finish_reason").GetString()!;
        }
        return (text, thinking, usage, finish);
    }

    public static TheoryData<string> Generations => new(
        "multimodal-generation-audio-caption-sse", "multimodal-generation-audio-nosse", "multimodal-generation-vl-nosse", "multimodal-generation-vl-sse",
        "single-generation-message-json-nosse", "single-generation-message-nosse", "single-generation-message-reasoning-effort-nosse",
        "single-generation-message-reasoning-nosse", "single-generation-message-reasoning-sse", "single-generation-message-search-sse",
        "single-generation-message-sse", "single-generation-message-with-parallel-tools-sse", "single-generation-message-with-tools-nosse",
        "single-generation-text-nosse", "single-generation-text-sse");

    [SharedTheory]
    [MemberData(nameof(Generations))]
    public void Recorded_answers_are_read(string name)
    {
        var answer = Read(name);
        var (text, thinking, usage, finish) = Expected(name);
        Assert.Equal((text, thinking, finish), (answer.Text, answer.Thinking, answer.FinishReason));
        Assert.Equal(usage.GetProperty("input_tokens").GetInt64(), answer.Usage!.InputTokens);
        Assert.Equal(usage.GetProperty("output_tokens").GetInt64(), answer.Usage.OutputTokens);
        Assert.Equal(usage.TryGetProperty("total_tokens", out var total) ? total.GetInt64() : null, answer.Usage.TotalTokens);
        Assert.Equal(finish == "length" ? QwenReplyState.Incomplete : QwenReplyState.Completed, answer.State);
        Assert.Matches("^[0-9a-f-]{36}$", answer.ResponseId);
    }

    [SharedTheory]
    [InlineData("single-generation-message-reasoning-sse")]
    [InlineData("single-generation-message-with-parallel-tools-sse")]
    [InlineData("single-generation-message-sse")]
    public void The_stream_can_be_split_anywhere(string name)
    {
        byte[] bytes = Recording(name);
        string whole = Replay.Describe(Replay.Deltas(Text, bytes));
        for (int i = 1; i < bytes.Length; i++)
            Assert.Equal(whole, Replay.Describe(Replay.Deltas(Text, bytes, i)));
    }

    [SharedFact]
    public void Recorded_thinking_is_counted() =>
        Assert.Equal(new QwenUsage { InputTokens = 16, OutputTokens = 53, TotalTokens = 69, ReasoningTokens = 10 },
        Read("single-generation-message-reasoning-sse").Usage);

    [SharedFact]
    public void Recorded_calls_are_read()
    {
        Assert.Equal([new QwenToolCall("call_cec4c19d27624537b583af", "get_current_weather", "{\"location\": \"浙江省杭州市\"}")],
            Read("single-generation-message-with-tools-nosse").ToolCalls);
        Assert.Equal(
            [
                new QwenToolCall("call_29a870e7106f45deb8add3", "get_current_weather", "{\"location\": \"浙江省杭州市\"}"),
                new QwenToolCall("call_026e44bb31a74266949a20", "get_current_weather", "{\"location\": \"上海市\"}"),
            ], Read("single-generation-message-with-parallel-tools-sse").ToolCalls);
    }

    [SharedFact]
    public void Recorded_sources_are_read()
    {
        var sources = Read("single-generation-message-search-sse").SearchResults;
        Assert.Equal([1, 2, 3, 4, 5], sources.Select(source => source.Index!.Value));
        Assert.Equal(new QwenSearchResult(1, "杭州市15天天气查询", "https://www.ip.cn/tianqi/zhejiang/hangzhou/15day.html", "厦门时空科技有限公司"), sources[0]);
    }

    [SharedFact]
    public void A_recorded_error_inside_a_200_is_an_error()
    {
        var error = Assert.Throws<QwenException>(() => Read("parameter-error-sse"));
        Assert.Equal((QwenErrorKind.InvalidRequest, 400, "InvalidParameter", "7671ecd8-93cc-9ee9-bc89-739f0fd8b809"),
            (error.Kind, error.Status, error.Code, error.RequestId));
        Assert.Equal(QwenErrorKind.AuthenticationFailed, Assert.Throws<QwenException>(() => Read("auth-error-nosse")).Kind);
    }

    [Fact]
    public void A_rate_limit_error_within_a_stream_is_an_error()
    {
        var error = Assert.Throws<QwenException>(() => Replay.Stream(Text,
            "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"null\"}]}}\n\n"
            + "id:2\nevent:error\n:HTTP_STATUS/429\ndata:{\"request_id\":\"r\",\"code\":\"Throttling.AllocationQuota\",\"message\":\"Allocated quota "
            + "exceeded\"}\n\n"));
        Assert.Equal((QwenErrorKind.RateLimited, RetryAdvice.Patiently), (error.Kind, error.Retry));
    }

    [Fact]
    public void A_stream_that_ends_within_the_answer_is_broken() =>
        Assert.Equal(QwenErrorKind.StreamBroken,
            Assert.Throws<QwenException>(() =>
                Replay.Stream(Text, "data:{\"output\":{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"null\"}]}}\n\n")).Kind);

    [Theory]
    [InlineData("""{"output":{"choices":[{"message":{"content":"a"},"finish_reason":"null"}]}}""")]
    [InlineData("""{"output":{"choices":[{"message":{"content":[{"text":"a"}]},"finish_reason":null}]}}""")]
    [InlineData("""{"output":{"text":"a","finish_reason":"length"}}""")]
    public void A_truncated_body_is_incomplete(string body)
    {
        var answer = Replay.Body(Text, body);
        Assert.Equal(("a", QwenReplyState.Incomplete), (answer.Text, answer.State));
    }

    [Theory]
    [InlineData("""{"output":7}""")]
    [InlineData("""{"output":{"choices":{},"text":[],"search_info":{"search_results":{}}},"usage":[],"request_id":7}""")]
    [InlineData("""{"output":{"choices":[{"message":{"content":[1,{"text":2}],"tool_calls":"x"},"finish_reason":[]}],"search_info":{"search_results":["""
        + """{"index":"1"},3]}}}""")]
    public void Fields_of_the_wrong_type_are_skipped(string json) =>
        Assert.Equal("a", Replay.Stream(Text, $"data:{json}\n\ndata:{{\"output\":{{\"text\":\"a\",\"finish_reason\":\"stop\"}}}}\n\n").Text);

    [Theory]
    [InlineData("{\"output\":")]
    [InlineData("<html>")]
    public void Invalid_JSON_is_a_protocol_error(string data) =>
        Assert.Equal(QwenErrorKind.ProtocolError, Assert.Throws<QwenException>(() => Replay.Body(Text, data)).Kind);

    private static string Write(DashScopeProtocol protocol, ChatRequest request)
    {
        var body = protocol.WriteRequest(request);
        byte[] bytes = body.ToArray();
        Assert.Equal(body.Length, bytes.Length);
        using var _ = JsonDocument.Parse(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static ChatRequest Request(DashScopeProtocol protocol, QwenOptions? options = null) =>
        new() { Model = "m", Options = options
        ?? new QwenOptions(), Input = protocol.WriteMessage(MessageDraft.OfText("user", "Hello"), Now), Instructions = "Be brief." };

    [Fact]
    public void A_request_to_the_text_endpoint_is_written() =>
        Assert.Equal(
        """{"model":"m","input":{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"}]},"parameters":"""
            + """{"result_format":"message"}}""",
            Write(Text, Request(Text)));

    [Fact]
    public void A_request_to_the_multimodal_endpoint_is_written() =>
        Assert.Equal(
        """{"model":"m","input":{"messages":[{"role":"system","content":[{"text":"Be brief."}]},"""
            + """{"role":"user","content":[{"text":"Hello"}]}]},"parameters":{"result_format":"message","incremental_output":true}}""",
            Write(Multimodal, Request(Multimodal) with { Stream = true }));

    [Fact]
    public void A_request_with_every_option_is_written() =>
        Assert.EndsWith(
        ""","parameters":{"result_format":"message","enable_thinking":false,"temperature":0.5,"top_p":0.9,"max_completion_tokens":50,"seed":"""
            + """7,"enable_search":true,"search_options":{"enable_source":true},"tools":[{"type":"function"}]}}""",
            Write(Text, Request(Text, new QwenOptions
            {
                Thinking = QwenThinking.Off,
                Temperature = 0.5,
                TopP = 0.9,
                MaxOutputTokens = 50,
                Seed = 7,
                Search = true,
                ExtraBody = new Dictionary<string, JsonElement> { ["tools"] = JsonDocument.Parse("""[{"type":"function"}]""").RootElement },
            }) with { Facts = new QwenModel { Id = "m", TakesMaxCompletionTokens = true } }), StringComparison.Ordinal);

    [Fact]
    public void Each_media_part_has_a_single_key() =>
        Assert.Equal("""{"role":"user","content":[{"image":"https://x/a.png"},{"video":"https://x/a.mp4"},{"audio":"https://x/a.mp3"},{"text":"Look"}]}""",
            Encoding.UTF8.GetString(Multimodal.WriteMessage(new MessageDraft("user",
                [new("image", "https://x/a.png"), new("video", "https://x/a.mp4"), new("audio", "https://x/a.mp3"), DraftPart.OfText("Look")]),
                    Now)[0].Json.Span));

    [Fact]
    public void Media_are_rejected_for_the_text_endpoint() =>
        Assert.Equal(QwenErrorKind.MediaRefused,
        Assert.Throws<QwenException>(() => Text.WriteMessage(new MessageDraft("user", [new("image", "https://x/a.png")]), Now)).Kind);

    [Fact]
    public void A_history_of_the_other_endpoint_is_converted()
    {
        var fold = Replay.Fold([new ChatDelta(ChatDeltaKind.Thinking) { Text = "hm" }, new ChatDelta(ChatDeltaKind.Text) { Text = "A!" }]);
        var turn = new QwenTurn(1, [.. Text.WriteMessage(MessageDraft.OfText("user", "A?"), Now), .. Text.WriteAnswer(fold, Now)], 1);
        Assert.Contains("""{"role":"user","content":[{"text":"A?"}]},{"role":"assistant","content":[{"text":"A!"}],"reasoning_content":"hm"},""",
            Write(Multimodal, Request(Multimodal) with { History = new HistorySlice(new TurnPath().Append(turn), 0), SendThinking = true }),
                StringComparison.Ordinal);
    }
}
