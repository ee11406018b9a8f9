using QwenChat.Model;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.ServiceTools;

/// <summary>Tests turns with the service's tools, from the request to the reply, with each API, streamed and not.</summary>
public sealed class ServiceToolTurnTests
{
    private const QwenBuiltInTool All = QwenBuiltInTool.WebSearch | QwenBuiltInTool.WebExtractor | QwenBuiltInTool.CodeInterpreter
        | QwenBuiltInTool.ImageSearch | QwenBuiltInTool.FileSearch;

    private const QwenBuiltInTool Some = QwenBuiltInTool.WebSearch | QwenBuiltInTool.CodeInterpreter;

    private static readonly string[] s_all =
    [
        "WebSearch \"123**2\" → 2 pages", "WebExtractor \"123**2\" → 1 page", "CodeInterpreter print(123**2) → 15129\n",
        "ImageSearch \"123**2\" → 2 images", "FileSearch \"123**2\" → 1 file", "Mcp maps.echo({\"text\":\"123**2\"}) → 123**2",
    ];

    public static TheoryData<QwenApi, bool, bool> Ways
    {
        get
        {
            var ways = new TheoryData<QwenApi, bool, bool>();
            foreach (var api in (QwenApi[])[QwenApi.Responses, QwenApi.Conversations])
            {
                foreach (bool streamed in (bool[])[false, true])
                {
                    ways.Add(api, streamed, false);
                    if (api == QwenApi.Responses)
                        ways.Add(api, streamed, true);
                }
            }
            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task All_tools_run_and_the_conversation_continues(QwenApi api, bool streamed, bool stateless)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = Client(emulator);
        var options = new QwenOptions { Model = "qwen3.8-max", BuiltInTool = All, KnowledgeBase = "kb-example", RemoteMcpServer = [ServiceToolBed.Server()] };
        var conversation = client.NewConversation(api, options, stateless);
        var (reply, pieces) = await SendAsync(client, conversation, "123**2", streamed);
        Assert.Equal(s_all, reply.ServiceToolCalls.Select(call => call.ToString()));
        Assert.Equal(streamed ? s_all : [], pieces.Where(piece => piece.Kind == QwenReplyDeltaKind.ServiceToolCall).Select(piece => piece.Text));
        Assert.Equal("1 web search, 1 page read, 1 code run, 1 image search, 1 file search, 1 MCP call", reply.Usage!.Tools!.ToString());
        Assert.Null(reply.Cost);

        await SendAsync(client, conversation, "Go on", streamed);
        string body = emulator.Requests[^1].Body;
        // Only web_search_call items are sent back, because the service documents no other kind of call as input.
        Assert.Equal(stateless, body.Contains("web_search_call", StringComparison.Ordinal));
        foreach (string type in (string[])["web_extractor_call", "code_interpreter_call", "image_call", "file_search_call", "mcp_call"])
            Assert.DoesNotContain(type, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DashScope_reports_pages_and_code(bool streamed)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = Client(emulator);
        var conversation = client.NewConversation(QwenApi.DashScope, new QwenOptions { Model = "qwen3.8-max", BuiltInTool = Some });
        var (reply, pieces) = await SendAsync(client, conversation, "123**2", streamed);
        string[] expected = ["WebSearch → 2 pages", "CodeInterpreter print(123**2)"];
        Assert.Equal(expected, reply.ServiceToolCalls.Select(call => call.ToString()));
        Assert.Equal(streamed ? expected : [], pieces.Where(piece => piece.Kind == QwenReplyDeltaKind.ServiceToolCall).Select(piece => piece.Text));
        Assert.Equal("1 web search, 1 code run", reply.Usage!.Tools!.ToString());
        await SendAsync(client, conversation, "Go on", streamed);
        Assert.DoesNotContain("tool_info", emulator.Requests[^1].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("search_info", emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chat_Completions_answers_with_a_stream(bool streamed)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = Client(emulator);
        var conversation = client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Model = "qwen3.8-max", BuiltInTool = Some });
        var (reply, _) = await SendAsync(client, conversation, "123**2", streamed);
        // Chat Completions reports neither pages nor code (wire §16).
        Assert.Empty(reply.ServiceToolCalls);
        Assert.StartsWith("You said:", reply.Text, StringComparison.Ordinal);
        Assert.Contains("\"stream\":true", emulator.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kb-example", 0)]
    [InlineData("kb-missing", 1)]
    public async Task An_unknown_knowledge_base_is_reported_once(string id, int warnings)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = Client(emulator);
        var conversation = client.NewConversation(QwenApi.Responses, new QwenOptions { Model = "qwen3.8-max", KnowledgeBase = id });
        var notices = new NoticeQueue();
        for (int i = 0; i < 2; i++)
        {
            var turn = new TurnRequest { Message = MessageDraft.OfText("user", "Bats?") };
            await foreach (var delta in client.RunAsync(conversation, turn, notices, CancellationToken.None))
                Assert.True(delta.Reply is null || delta.Reply.ServiceToolCalls.Count == 1 - warnings);
        }
        var told = new List<string>();
        while (notices.TryTake(out var notice))
            told.Add(notice.Text);
        Assert.Equal(warnings, told.Count(text => text.Contains($"not searched the knowledge base '{id}'", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(QwenApi.Responses, "kimi-k2.6", """{"tools":[{"type":"web_search"}]}""", "Agent capabilities are not enabled")]
    [InlineData(QwenApi.Responses, "qwen3.8-omni-flash", """{"tools":[{"type":"code_interpreter"}]}""", "Agent capabilities are not enabled")]
    [InlineData(QwenApi.Responses, "qwen3.8-max", """{"tools":[{"type":"web_extractor"}]}""", "must be used with the web_search tool")]
    [InlineData(QwenApi.Responses, "qwen3-max", """{"tools":[{"type":"code_interpreter"}]}""", "only supported in thinking mode")]
    [InlineData(QwenApi.Responses, "qwen3.8-max", """{"tools":[{"type":"file_search","vector_store_ids":["a","b"]}]}""", "exactly one")]
    [InlineData(QwenApi.ChatCompletions, "deepseek-v4-pro", """{"enable_search":true}""", "This model does not support enable_search.")]
    [InlineData(QwenApi.ChatCompletions, "qwen3.8-max", """{"enable_code_interpreter":true}""", "Non-streaming mode does not support Code Interpreter")]
    [InlineData(QwenApi.ChatCompletions, "qwen3.8-max", """{"enable_code_interpreter":true,"stream":true,"enable_thinking":false}""",
        "enable_thinking is true")]
    [InlineData(QwenApi.ChatCompletions, "qwen3.5-omni-plus", """{"enable_search":true,"stream":true}""", "must be agent")]
    public async Task The_emulator_rejects_the_same_requests_as_the_service(QwenApi api, string model, string fields, string part)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        string key = new System.Net.NetworkCredential("", emulator.ApiKey).Password;
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        string path = api == QwenApi.Responses ? "responses" : "chat/completions";
        string input = api == QwenApi.Responses ? "\"input\":\"Hi\"" : """ "messages":[{"role":"user","content":"Hi"}] """;
        using var content = new StringContent($"{{\"model\":\"{model}\",{input},{fields[1..]}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri($"{emulator.CompatibleUri}/{path}"), content);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(part, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static QwenClient Client(QwenEmulator emulator) => new(QwenConnection.To(emulator.BaseUri, emulator.ApiKey) with { MaximumRetryCount = 0 });

    private static async Task<(QwenReply Reply, List<QwenReplyDelta> Pieces)> SendAsync(QwenClient client, QwenConversation conversation, string message,
        bool streamed)
    {
        var pieces = new List<QwenReplyDelta>();
        var turn = new TurnRequest { Message = MessageDraft.OfText("user", message), Stream = streamed };
        await foreach (var delta in client.RunAsync(conversation, turn, new NoticeQueue(), CancellationToken.None))
            pieces.Add(delta);
        return (pieces[^1].Reply!, pieces);
    }
}
