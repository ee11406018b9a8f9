using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests Chat Completions and DashScope answers that contain more than text. The reply has all parts, but only text and images are resent.</summary>
public sealed class BesideMessageTests(ITestOutputHelper output) : IDisposable
{
    private int _cases;

    private const string Cat = "https://example.org/cat.png";

    public static TheoryData<QwenApi, bool> Choices => new()
    {
        { QwenApi.ChatCompletions, true },
        { QwenApi.ChatCompletions, false },
        { QwenApi.DashScope, true },
        { QwenApi.DashScope, false },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task An_image_is_kept(QwenApi api, bool stream)
    {
        string part = api == QwenApi.DashScope ? $$"""{"image":"{{Cat}}"}""" : $$$"""{"type":"image_url","image_url":{"url":"{{{Cat}}}"}}""";
        var (turn, reply) = await SendAsync(api, stream, $$"""{"role":"assistant","content":[{{part}}]}""");
        Check(reply, "", "message");
        Assert.Equal(Cat, Assert.Single(Assert.Single(reply.Items).Content).Url);
        Assert.Equal($"user: Hi | assistant: [image: {Cat}] | user: Next", await turn.NextAsync());
        Assert.Equal($"user: Hi | assistant: [image: {Cat}] | user: Next | assistant: Fine. | user: More", await turn.NextAsync("More"));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, true)]
    [InlineData(QwenApi.ChatCompletions, false)]
    public async Task Images_outside_the_content_are_kept(QwenApi api, bool stream)
    {
        var (turn, reply) = await SendAsync(api, stream, $$$"""{"content":"A cat.","images":[{"type":"image_url","image_url":{"url":"{{{Cat}}}"}}]}""");
        Check(reply, "A cat.", "message");
        Assert.Equal([null, Cat], Assert.Single(reply.Items).Content.Select(part => part.Url));
        Assert.Equal($"user: Hi | assistant: A cat.[image: {Cat}] | user: Next", await turn.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Recognized_words_are_kept(QwenApi api, bool stream)
    {
        var (turn, reply) = await SendAsync(api, stream, """{"content":[{"ocr_result":{"words_info":[{"text":"Ticket"}]},"text":"Ticket"}]}""");
        Check(reply, "Ticket", "message ocr_result");
        Assert.Equal("""{"ocr_result":{"words_info":[{"text":"Ticket"}]}}""", Json(reply.Items[1]));
        Assert.Equal("user: Hi | assistant: Ticket | user: Next", await turn.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Log_probabilities_are_kept(QwenApi api, bool stream)
    {
        var (turn, reply) = await SendAsync(api, stream, """{"content":"Hi"}""", beside: ""","logprobs":{"content":[{"token":"Hi","logprob":-0.1}]}""");
        Check(reply, "Hi", "message logprobs");
        Assert.Equal("""{"logprobs":{"content":[{"token":"Hi","logprob":-0.1}]}}""", Json(reply.Items[1]));
        Assert.Equal("user: Hi | assistant: Hi | user: Next", await turn.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Additional_choices_are_kept(QwenApi api, bool stream)
    {
        var (turn, reply) = await SendAsync(api, stream, """{"content":"One"}""", second: """{"index":1,"FIELD":{"content":"Two"},"finish_reason":"length"}""");
        Check(reply, "One", "message choice");
        Assert.Equal("Two", reply.Items[1].Text);
        Assert.Equal("""{"index":1,"content":"Two","finish_reason":"length"}""", Json(reply.Items[1]));
        Assert.Equal("user: Hi | assistant: One | user: Next", await turn.NextAsync());
    }

    [Theory]
    [InlineData(QwenApi.DashScope, true)]
    [InlineData(QwenApi.DashScope, false)]
    public async Task Results_of_the_services_tools_are_kept(QwenApi api, bool stream)
    {
        const string info = """[{"code_interpreter":{"code":"123**21"},"type":"code_interpreter"}]""";
        var (turn, reply) = await SendAsync(api, stream, """{"content":"7"}""", output: $",\"tool_info\":{info}");
        Check(reply, "7", "message tool_info");
        Assert.Equal($"{{\"tool_info\":{info}}}", Json(reply.Items[1]));
        Assert.Equal("user: Hi | assistant: 7 | user: Next", await turn.NextAsync());
    }

    private static readonly string[] s_thinking =
    [
        "\"reasoning_content\":\"hm\"",
        "\"reasoning\":\"hm\"",
        "\"thinking\":\"hm\"",
        "\"reasoning_text\":\"hm\"",
        "\"reasoning\":\"hm\",\"reasoning_content\":\"hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\"}]",
        "\"reasoning_content\":\"\",\"reasoning\":\"hm\"",
        "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\",\"signature\":\"x\"},{\"type\":\"reasoning.encrypted\",\"data\":\"y\"}]",
        "\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"hm\"}]",
        "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},{\"type\":\"text\",\"text\":\"Lisbon.\"}],\"x\":null",
        "\"content\":[{\"thinking\":\"hm\",\"type\":\"thinking\"},{\"type\":\"text\",\"text\":\"Lisbon.\"}],\"x\":null",
        "\"content\":[{\"type\":\"reasoning\",\"text\":\"hm\"},{\"type\":\"text\",\"text\":\"Lisbon.\"}],\"x\":null",
        "\"content\":[{\"type\":\"text\",\"text\":\"<think>hm</think>\\n\\nLisbon.\"}],\"x\":null",
        "\"reasoning_content\":\"hm\",\"content\":\"<think>hm</think>Lisbon.\",\"x\":null",
    ];

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Thinking_is_found_in_every_field(QwenApi api, bool stream)
    {
        foreach (string fields in s_thinking)
        {
            string content = fields.Contains("\"content\"", StringComparison.Ordinal) ? "" : "\"content\":\"Lisbon.\",";
            var (turn, reply) = await SendAsync(api, stream, $"{{{content}{fields}}}");
            Check(reply, "Lisbon.", "reasoning message", "hm");
            Assert.Equal("user: Hi | assistant: Lisbon. | user: Next", await turn.NextAsync());
        }
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, true)]
    [InlineData(QwenApi.ChatCompletions, false)]
    public async Task Counts_and_the_request_id_are_read_from_all_known_fields(QwenApi api, bool stream)
    {
        foreach (var (fields, requestId) in new[]
        {
            (""","x_groq":{"id":"req_9","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""", "req_9"),
            (""","request_id":"req_9","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}""", "req_9"),
            (""","usage":null,"x_vendor":{"usage":{"input_tokens":3,"output_tokens":4,"total_tokens":7}}""", null),
        })
        {
            var (_, reply) = await SendAsync(api, stream, """{"content":"Hi"}""", top: fields);
            Check(reply, "Hi", "message");
            Assert.Equal((new QwenUsage { InputTokens = 3, OutputTokens = 4, TotalTokens = 7 }, requestId), (reply.Usage, reply.RequestId));
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Impossible_counts_are_ignored(QwenApi api, bool stream)
    {
        string usage = ""","usage":{"prompt_tokens":-5,"input_tokens":-5,"completion_tokens":9223372036854775807,"output_tokens":1e999,"total_tokens":7}""";
        var (_, reply) = await SendAsync(api, stream, """{"content":"Hi"}""", top: usage);
        Check(reply, "Hi", "message");
        Assert.Equal(new QwenUsage { TotalTokens = 7 }, reply.Usage);
    }

    public void Dispose() => output.WriteLine($"cases: {_cases}");

    private void Check(QwenReply reply, string text, string items, string thinking = "")
    {
        _cases++;
        Assert.Equal((text, thinking, items), (reply.Text, reply.Thinking, string.Join(" ", reply.Items.Select(item => item.Type))));
        Assert.Equal(("stop", QwenReplyState.Completed), (reply.FinishReason, reply.State));
        Assert.Empty(reply.ToolCalls);
        Assert.Equal("r1", reply.ResponseId);
    }

    private static string Json(QwenItem item) => Encoding.UTF8.GetString(item.Json.Span);

    private static async Task<(OddTurn, QwenReply)> SendAsync(QwenApi api, bool stream, string message, string beside = "", string? second = null,
        string output = "", string top = "")
    {
        var turn = new OddTurn(api, stream);
        string field = api == QwenApi.ChatCompletions && stream ? "delta" : "message";
        string others = second is null ? "" : "," + second.Replace("FIELD", field, StringComparison.Ordinal);
        string choices = $"\"choices\":[{{\"index\":0,\"{field}\":{message},\"finish_reason\":\"stop\"{beside}}}{others}]";
        string body = api == QwenApi.DashScope ? $"{{\"request_id\":\"r1\",\"output\":{{{choices}{output}}}{top}}}" : $"{{\"id\":\"r1\",{choices}{top}}}";
        string wire = !stream ? body : $"data: {body}\n\n" + (api == QwenApi.ChatCompletions ? "data: [DONE]\n\n" : "");
        var reply = await turn.SendAsync(new WireAnswer(Encoding.UTF8.GetBytes(wire)) { ContentType = stream ? "text/event-stream" : "application/json" });
        return (turn, reply);
    }
}
