using System.Text;
using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// The seeds for fuzzing: the repository's own samples, recorded traffic if it is available next to the repository, and files that the module
/// writes.
/// </summary>
internal static class SeedFiles
{
    // Larger files are not used as seeds, because mutating them is too slow to find anything.
    private const int Largest = 32 * 1024;

    public static IReadOnlyList<byte[]> Streams { get; } =
        [.. Samples("*.sse"), .. Recordings("*-sse.response.body.txt"), .. Recordings("response.txt"), .. Framings()];

    public static IReadOnlyList<byte[]> Bodies { get; } = [.. Samples("*.json"), .. Recordings("*-nosse.response.body.txt"), .. Recordings("response.json")];

    public static IReadOnlyList<byte[]> State { get; } =
        [.. Samples("2.*.json"), .. Recordings("*response.json"), .. Texts("{\"id\":\"resp_1\",\"deleted\":true}")];

    public static IReadOnlyList<byte[]> Errors { get; } =
    [
        .. Texts(
            """{"error":{"message":"Range of input length should be [1, 30720]","type":"t","param":null,"code":"invalid_parameter_error"},"request_id":"r"}""",
            """{"request_id":"r","code":"Throttling.AllocationQuota","message":"Allocated quota exceeded, please increase your quota limit."}""",
            "id:1\nevent:error\n:HTTP_STATUS/400\ndata:{\"request_id\":\"r\",\"code\":\"InvalidParameter\",\"message\":\"The thinking_budget parameter must "
                + "be a positive integer and not greater than 38912\"}\n\n",
            "<html><head><title>502 Bad Gateway</title><!-- x --><script>a</script></head><body><h1>502&nbsp;Bad Gateway</h1></body></html>"),
        .. Recordings("*error*.response.body.txt"),
    ];

    public static IReadOnlyList<byte[]> Embeddings { get; } = Texts(
        """{"data":[{"embedding":[0.1,-2e-3,3],"index":0,"object":"embedding"}],"model":"text-embedding-v4","object":"list","usage":{"prompt_tokens":"""
            + """1,"total_tokens":1},"id":"r"}""",
        """{"data":[{"embedding":[1,2],"index":1},{"embedding":[3,4],"index":0}],"usage":{"total_tokens":7}}""",
        """{"output":{"embeddings":[{"text_index":2,"embedding":[1]},{"text_index":0,"embedding":[2]},"""
            + """{"text_index":1,"embedding":[3]}]},"usage":{"total_tokens":3},"request_id":"r"}""");

    public static IReadOnlyList<byte[]> Catalogues { get; } =
    [
        .. Texts(
            """{ "models": { "mine": { "like": "qwen-plus", "contextWindow": 4096, "note": "x" }, "other": { "apis": ["ChatCompletions"], "asOf":"""
                + """ "2026-05-27" }, } /* c */ }""",
            """{"about":"x","models":{"m":{"thinking":"On","inputModalities":["text","image"],"prices":{"Beijing":"""
                + """{"currency":"CNY","asOf":"2026-05-27","tiers":[{"upToInputTokens":1000,"input":0.8,"output":2},{"input":1.2,"output":4.5}]}}}}}"""),
        BuiltInPart(),
    ];

    public static IReadOnlyList<byte[]> Transcripts { get; } = Texts(
        """[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."}]""",
        """{"model":"qwen-plus","messages":[{"role":"user","content":[{"type":"text","text":"What?"},"""
            + """{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"x"}]},{"role":"assistant","content":"A cat."}]}""",
        """[{"role":"user","content":"Weather?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":"""
            + """{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c1","content":"Rain"},"""
            + """{"role":"assistant","content":"Rain.","reasoning_content":"Hm."}]""");

    public static IReadOnlyList<byte[]> TranscriptLines { get; } = Texts(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"A\"},{\"role\":\"assistant\",\"content\":\"a\"}]}\n\n{\"messages\":[{\"role\":\"user\","
            + "\"content\":\"B\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n");

    public static IReadOnlyList<byte[]> Conversations { get; } = [.. Conversation(ExportFormat.Json)];

    public static IReadOnlyList<byte[]> ConversationLogs { get; } =
    [
        .. Conversation(ExportFormat.JsonLines),
        .. Conversation(ExportFormat.JsonLines).Select(log => (byte[])[.. log, .. "{\"keepTurns\":1}\n{\"later\":1}\n{\"conversation\":"u8]),
    ];

    /// <summary>Typical and malicious model output.</summary>
    public static IReadOnlyList<byte[]> Written { get; } = Texts(
        "# Title\n\nSome *emphasis*, **strong _and_ nested**, ~~gone~~, `code *here*`, [a](https://example.com/?a=1&b=2) ![b](x.png) "
            + "<https://example.org>\n\n> quoted\n> - item\n\n1. one\n2. two\n   - [x] done\n\n| a | b |\n|---|:-:|\n| 1 | `2` |\n",
        "```csharp\nvar x = \"</code><script>\"; // c\n```\n\n~~~\n<b>\n~~~\n\n    indented\n\n***\nTitle\n===\n",
        "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u001b[31m\u202e\u009b [x](javascript:alert(1)) [y](data:text/html,a) "
            + "![z](javascript:x)\r\n\\* \\< &lt;b&gt; &#x3c;",
        "**「重点」**内容 __「a」__~~（b）~~ [T *i*][r] [r][] [r] ![d][r] <a@b.example> www.e.example &copy; &#27; &#x1b; a  \nb\\\nc<br>\n\n"
            + "[r]: <https://e.example/a b> \"T\"\n[//]: # (c)\n\n> - 1. a\nlazy\n>\n>     code\n\na | b\n-|-\n1 | 2\n\nTitle\n--\n- ```\n  x\n",
        "```json\n{\"a\":[1,true,null,\"\\u003c\"]}\n```\n\n```bash\necho \"$HOME\" | grep -v 'x' # y\n```\n```html\n<a href=\"x\">&amp;</a><!-- c "
            + "-->\n```\n```python\ndef f(x): return f\"{x}\" # z\n```\n");

    private static byte[][] Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes).ToArray();

    private static byte[][] Framings() =>
        Texts("\uFEFFid:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"a\":1}\n\n", "data: a\r\ndata: b\r\n\r\n: c\r\nretry: 1\r\nnobody: knows\r\n\r\ndata\r\r",
        "data: {}\ndata: [DONE]\n", "event: e\rdata:{\"a\":\"}\"}\rdata:x\r\r");

    private static byte[][] Samples(string pattern) => Read(Path.Combine(TestFiles.Root, "tests", "Unit", "Protocols", "Samples"), pattern);

    private static byte[][] Recordings(string pattern) => Read(TestFiles.Recordings, pattern);

    private static byte[][] Read(string folder, string pattern) => !Directory.Exists(folder) ? [] : Directory
        .EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Where(file => new FileInfo(file).Length <= Largest).Select(File.ReadAllBytes).ToArray();

    private static byte[] BuiltInPart()
    {
        // Only the first models of the built-in file are used, because the whole file is too large for useful mutations.
        using var stream = typeof(ModelFile).Assembly.GetManifestResourceStream("models.json")!;
        using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var models = document.RootElement.GetProperty("models").EnumerateObject().Take(6).Select(model => $"\"{model.Name}\":{model.Value.GetRawText()}");
        return Encoding.UTF8.GetBytes("{\"models\":{" + string.Join(",\n", models) + "}}");
    }

    /// <summary>
    /// Creates two conversations with a value in most members: one for an API whose items are separate objects, and one for an API whose items are
    /// messages.
    /// </summary>
    private static IEnumerable<byte[]> Conversation(ExportFormat format)
    {
        foreach (var api in (QwenApi[])[QwenApi.Responses, QwenApi.ChatCompletions])
        {
            var now = DateTimeOffset.UnixEpoch;
            var protocol = ChatProtocol.For(api, "qwen-plus");
            var said = protocol.WriteMessage(MessageDraft.OfText("user", "Hi é 👋"), now);
            var answer = protocol.WriteMessage(
                MessageDraft.OfText("assistant", "Hello.") with { Thinking = "Hm.", ToolCalls = [new QwenToolCall("c", "f", "{\"a\":1}")] }, now);
            QwenTurn Turn(int number) => new(number, [.. said, .. answer], said.Count)
            {
                Usage = new QwenUsage { InputTokens = 1, OutputTokens = 2, TotalTokens = 3, CachedTokens = 0 },
                State = QwenReplyState.Completed,
                Model = "qwen-plus",
                ResponseId = "resp_1",
                CreatedAt = now,
                Terms = new BillingTerms("qwen-plus", QwenRegion.Beijing, ExplicitCache: true),
                Server = new ServerState("resp_1", "https://dashscope-intl.aliyuncs.com", now.AddDays(7)) { First = 1 },
                Sent = new SentContext(1, 1, true, 12.5),
            };
            var content = new ConversationFileContent
            {
                Head = new ConversationFileHead("local_1", api, now, new ConversationSettings
                {
                    Name = "Trip",
                    Options = new QwenOptions { Model = "qwen-plus", Instructions = "Be brief.", Thinking = QwenThinking.On, Temperature = 0.3,
                        MaxOutputTokens = 100, Seed = 7 },
                    Metadata = new Dictionary<string, string> { ["project"] = "x" },
                    CostLimit = 0.5m,
                    TokenLimit = 1000,
                    ContextPolicy = new QwenContextPolicy { KeepTurns = 9, SlackTurns = 4, SummarizeAt = 0.5, KeepVerbatim = 1 },
                }),
                Turns = [Turn(1), Turn(2)],
                State = new ConversationState
                {
                    Usage = new QwenUsage { InputTokens = 10 },
                    Counted = new LimitCount(11, new Dictionary<string, decimal> { ["USD"] = 0.0000123m }, HasUnpriced: true),
                    Pending = said,
                    PrefixBroken = true,
                    Summaries = [
                        new QwenSummary { Text = "They greeted.", LastTurn = 1, Model = "qwen-flash", CreatedAt = now, EstimatedTokens = 3,
                            EstimatedTokensBefore = 9 }],
                },
            };
            using var stream = new MemoryStream();
            ExportFormats.Write(stream, format, content, now);
            yield return stream.ToArray();
        }
    }
}
