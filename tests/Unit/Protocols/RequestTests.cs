using System.Text;
using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

public partial class RequestTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly ChatCompletionsProtocol Chat = new();
    private static readonly ResponsesProtocol Responses = new();

    private static Dictionary<string, JsonElement> Extra(string json) =>
        JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value);

    private static string Json(QwenItem item) => Encoding.UTF8.GetString(item.Json.Span);

    private static string Write(IChatProtocol protocol, ChatRequest request)
    {
        var body = protocol.WriteRequest(request);
        byte[] bytes = body.ToArray();
        Assert.Equal(body.Length, bytes.Length);
        Assert.Equal(bytes, body.ToArray());
        using var _ = JsonDocument.Parse(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static ChatRequest Request(IChatProtocol protocol, string text = "Hello", QwenOptions? options = null) =>
        new() { Model = "m", Options = options ?? new QwenOptions(), Input = protocol.WriteMessage(MessageDraft.OfText("user", text), Now) };

    private static QwenTurn Turn(IChatProtocol protocol, int number, string question, string thinking, string answer)
    {
        var input = protocol.WriteMessage(MessageDraft.OfText("user", question), Now);
        var fold = new ReplyBuilder();
        fold.Add(new ChatDelta(ChatDeltaKind.Thinking) { Text = thinking, ItemNumber = 1 });
        fold.Add(new ChatDelta(ChatDeltaKind.Text) { Text = answer, ItemNumber = 2 });
        return new QwenTurn(number, [.. input, .. protocol.WriteAnswer(fold, Now)], input.Count);
    }

    [Fact]
    public void A_first_chat_request_is_written() =>
        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"Hello"}]}""", Write(Chat, Request(Chat)));

    [Fact]
    public void A_first_responses_request_is_written() =>
        Assert.Equal("""{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]}]}""",
        Write(Responses, Request(Responses)));

    [Fact]
    public void A_chat_request_with_every_option_is_written() =>
        Assert.Equal(
        """{"model":"m","tools":[{"type":"function"}],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"A?"},"""
            + """{"role":"assistant","content":"A!","reasoning_content":"hm"},{"role":"user","content":"Hello"}],"stream":true,"stream_options":"""
            + """{"include_usage":true},"enable_thinking":true,"thinking_budget":100,"temperature":0.5,"top_p":"""
            + """0.9,"max_completion_tokens":50,"seed":7,"enable_search":true,"top_k":3}""",
            Write(Chat, Request(Chat, options: new QwenOptions
            {
                Thinking = QwenThinking.On,
                ThinkingBudget = 100,
                Temperature = 0.5,
                TopP = 0.9,
                MaxOutputTokens = 50,
                Seed = 7,
                Search = true,
                ExtraBody = Extra("""{"tools":[ {"type":"function"} ],"top_k":3}"""),
            }) with
            {
                Facts = new QwenModel { Id = "m", TakesMaxCompletionTokens = true },
                Instructions = "Be brief.",
                History = new HistorySlice(new TurnPath().Append(Turn(Chat, 1, "A?", "hm", "A!")), 0),
                SendThinking = true,
                Stream = true,
            }));

    [Fact]
    public void A_responses_request_with_every_option_is_written() =>
        Assert.Equal(
        """{"model":"m","tools":[{"type":"function"},{"type":"web_search"}],"instructions":"Be brief.","input":[{"type":"message","role":"user","content":["""
            + """{"type":"input_text","text":"Hello"}]}],"previous_response_id":"resp_1","store":false,"stream":true,"reasoning":"""
            + """{"effort":"none"},"temperature":0.5,"top_p":0.9,"max_output_tokens":50,"tool_choice":"auto"}""",
            Write(Responses, Request(Responses, options: new QwenOptions
            {
                Thinking = QwenThinking.Off,
                ThinkingBudget = 100,
                Temperature = 0.5,
                TopP = 0.9,
                MaxOutputTokens = 50,
                Seed = 7,
                Search = true,
                ExtraBody = Extra("""{"tool_choice":"auto","tools":{"type":"function"}}"""),
            }) with
            {
                Instructions = "Be brief.",
                PreviousResponseId = "resp_1",
                Store = false,
                Stream = true,
            }));

    [Theory]
    [InlineData(QwenThinking.On, null, "\"enable_thinking\":true")]
    [InlineData(QwenThinking.On, "low", "\"reasoning\":{\"effort\":\"low\"}")]
    [InlineData(QwenThinking.Off, "low", "\"reasoning\":{\"effort\":\"low\"}")]
    [InlineData(QwenThinking.Off, null, "\"reasoning\":{\"effort\":\"none\"}")]
    public void Responses_requests_thinking_by_effort_or_switch(QwenThinking thinking, string? effort, string expected) =>
        Assert.EndsWith($"],{expected}}}", Write(Responses, Request(Responses, options: new QwenOptions { Thinking = thinking, ReasoningEffort = effort })),
        StringComparison.Ordinal);

    [Fact]
    public void A_search_among_the_users_tools_is_not_added_again() =>
        Assert.StartsWith("""{"model":"m","tools":[{"type":"web_search","x":1}],"input":""",
            Write(Responses, Request(Responses, options: new QwenOptions { Search = true, ExtraBody = Extra("""{"tools":[{"type":"web_search","x":1}]}""") })),
                StringComparison.Ordinal);

    [Fact]
    public void A_conversation_is_specified_by_its_id() =>
        Assert.EndsWith("""],"conversation":"conv_1"}""", Write(Responses, Request(Responses) with { ConversationId = "conv_1" }), StringComparison.Ordinal);

    [Fact]
    public void Older_models_and_other_servers_get_max_tokens()
    {
        var options = new QwenOptions { MaxOutputTokens = 5 };
        Assert.EndsWith("""],"max_tokens":5}""", Write(Chat, Request(Chat, options: options)), StringComparison.Ordinal);
        Assert.EndsWith("""],"max_tokens":5}""",
            Write(Chat, Request(Chat, options: options) with { StandardFieldsOnly = true,
                Facts = new QwenModel { Id = "m", TakesMaxCompletionTokens = true } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_servers_get_standard_fields_only()
    {
        var options = new QwenOptions { Thinking = QwenThinking.Off, ThinkingBudget = 3, Search = true, Seed = 7, Temperature = 1 };
        var path = new TurnPath().Append(Turn(Chat, 1, "A?", "hm", "A!"));
        Assert.Equal(
            """{"model":"m","messages":[{"role":"user","content":"A?"},{"role":"assistant","content":"A!"},"""
                + """{"role":"user","content":"Hello"}],"reasoning_effort":"none","temperature":1,"seed":7}""",
            Write(Chat, Request(Chat, options: options) with { StandardFieldsOnly = true, History = new HistorySlice(path, 0), SendThinking = true }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Thinking_is_sent_back_only_if_required(bool send)
    {
        var path = new TurnPath().Append(Turn(Responses, 1, "A?", "hm", "A!"));
        string body = Write(Responses, Request(Responses) with { History = new HistorySlice(path, 0), SendThinking = send });
        Assert.Equal(send, body.Contains("""{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"type":"message","role":"assistant",""",
            StringComparison.Ordinal));
        path = new TurnPath().Append(Turn(Chat, 1, "A?", "hm", "A!"));
        Assert.Equal(send, Write(Chat, Request(Chat) with { History = new HistorySlice(path, 0), SendThinking = send })
            .Contains("hm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, false)]
    public void A_request_begins_with_the_previous_request(bool isChat, bool stream, bool sendThinking)
    {
        IChatProtocol protocol = isChat ? Chat : Responses;
        var path = new TurnPath();
        byte[] before = [];
        for (int i = 1; i <= 100; i++)
        {
            var request =
                Request(protocol, $"Question {i} \"é😊\"") with { Instructions = "Be brief.", History = new HistorySlice(path, 0), Stream = stream,
                SendThinking = sendThinking };
            byte[] body = protocol.WriteRequest(request).ToArray();
            Assert.True(body.AsSpan().StartsWith(before));
            before = body[..(body.AsSpan().LastIndexOf(request.Input[0].Json.Span) + request.Input[0].Json.Length)];
            path = path.Append(Turn(protocol, i, $"Question {i} \"é😊\"", "hm", $"Answer {i}"));
        }
    }

    [Fact]
    public void Only_the_specified_turns_of_the_history_are_sent()
    {
        var path = new TurnPath();
        for (int i = 1; i <= 3; i++)
            path = path.Append(Turn(Chat, i, $"Q{i}", "", $"A{i}"));
        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"Q3"},{"role":"assistant","content":"A3"},{"role":"user","content":"Hello"}]}""",
            Write(Chat, Request(Chat) with { History = new HistorySlice(path, 2) }));
    }

    [Theory]
    [InlineData(0xD800, '\uFFFD')]
    [InlineData(0xDC00, '\uFFFD')]
    [InlineData('\0', '\0')]
    [InlineData(0x1F, '\x1F')]
    [InlineData('"', '"')]
    [InlineData('今', '今')]
    public void Any_text_can_be_sent(int character, char written)
    {
        string text = $"😊{(char)character}b", kept = $"😊{written}b";
        foreach (IChatProtocol protocol in (IChatProtocol[])[Chat, Responses])
        {
            Assert.Equal(kept, Assert.Single(protocol.WriteMessage(MessageDraft.OfText("user", text), Now)).Text);
            Write(protocol, Request(protocol, text) with { Instructions = text });
        }
    }

    [Fact]
    public void Text_outside_ASCII_is_unchanged() =>
        Assert.Equal("""{"role":"user","content":"é今<&'+>"}""", Json(Chat.WriteMessage(MessageDraft.OfText("user", "é今<&'+>"), Now)[0]));
}
