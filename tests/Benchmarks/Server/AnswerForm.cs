namespace QwenChat.Benchmarks;

/// <summary>Creates an API's answers in the format of recorded and documented traffic.</summary>
internal sealed class AnswerForm(Api api)
{
    private const string Model = "qwen3.6-plus";
    private const string Usage = """{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":0}}""";
    private const string NativeUsage = """{"total_tokens":150,"output_tokens":50,"input_tokens":100}""";
    private const string ResponseUsage =
        """{"input_tokens":100,"output_tokens":50,"total_tokens":150,"input_tokens_details":{"cached_tokens":0},"output_tokens_details":"""
        + """{"reasoning_tokens":0}}""";
    private const string Item = "msg_bcb45d66-fc34-46a2-bb56-714a51e8eabc";

    // The creation time in all answers. It must be recent, because a response expires 7 days after its creation.
    private static readonly long s_now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Returns the JSON of an answer that is not streamed.</summary>
    public string Body(string text) => api switch
    {
        Api.ChatCompletions => $$"""
            {"choices":[{"message":{"role":"assistant","content":"{{text}}"},"finish_reason":"stop","index":0,"logprobs":null}],
            "object":"chat.completion","usage":{{Usage}},"created":{{s_now}},"system_fingerprint":null,
            "model":"{{Model}}","id":"chatcmpl-e2edaf2c-8aaf-9e54-90e2-b21dd5045503"}
            """,
        Api.DashScope => $$"""
            {"output":{"choices":[{"message":{"content":"{{text}}","role":"assistant"},"finish_reason":"stop"}]},
            "usage":{{NativeUsage}},"request_id":"ab9f3446-9bbf-963e-9754-2d6543343abc"}
            """,
        _ => Response("completed", text),
    };

    /// <summary>Returns the events of a streamed answer, each with its blank line.</summary>
    public IEnumerable<string> Events(string[] pieces) => api switch
    {
        Api.ChatCompletions => ChatEvents(pieces),
        Api.DashScope => NativeEvents(pieces),
        _ => ResponseEvents(pieces),
    };

    private static IEnumerable<string> ChatEvents(string[] pieces)
    {
        for (int i = 0; i < pieces.Length; i++)
        {
            string role = i == 0 ? "\"role\":\"assistant\"," : "";
            yield return $$"""data: {"choices":[{"delta":{{{role}}"content":"{{pieces[i]}}"},"index":0,"logprobs":null,"finish_reason":null}]{{Tail("null")}}"""
                + "\n\n";
        }
        yield return $$"""data: {"choices":[{"delta":{"content":""},"index":0,"logprobs":null,"finish_reason":"stop"}]{{Tail("null")}}""" + "\n\n";
        yield return $$"""data: {"choices":[]{{Tail(Usage)}}""" + "\n\n";
        yield return "data: [DONE]\n\n";

        static string Tail(string usage) =>
            $$""","object":"chat.completion.chunk","usage":{{usage}},"created":{{s_now}},"system_fingerprint":null,"model":"{{Model}}","id":"chatcmpl-e2edaf"""
            + """2c-8aaf-9e54-90e2-b21dd5045503"}""";
    }

    private static IEnumerable<string> NativeEvents(string[] pieces)
    {
        for (int i = 0; i <= pieces.Length; i++)
        {
            string text = i < pieces.Length ? pieces[i] : "";
            string reason = i < pieces.Length ? "null" : "stop";
            string usage = $$"""{"total_tokens":{{100 + i}},"output_tokens":{{i}},"input_tokens":100}""";
            string choice = $$"""{"message":{"content":"{{text}}","role":"assistant"},"finish_reason":"{{reason}}"}""";
            yield return Numbered(i + 1, "result",
                $$"""{"output":{"choices":[{{choice}}]},"usage":{{usage}},"request_id":"ab9f3446-9bbf-963e-9754-2d6543343abc"}""");
        }
    }

    private static IEnumerable<string> ResponseEvents(string[] pieces)
    {
        string text = string.Concat(pieces);
        int number = 0;
        yield return Event("created", $$"""{"response":{{Response("queued", null)}}""");
        yield return Event("in_progress", $$"""{"response":{{Response("in_progress", null)}}""");
        yield return Event("output_item.added",
            $$"""{"item":{"id":"{{Item}}","content":[],"role":"assistant","status":"in_progress","type":"message"},"output_index":0""");
        yield return Event("content_part.added", $$"""{"content_index":0,"item_id":"{{Item}}","output_index":0,"part":{{Part("")}}""");
        foreach (string piece in pieces)
            yield return Event("output_text.delta", $$"""{"content_index":0,"delta":"{{piece}}","item_id":"{{Item}}","logprobs":[],"output_index":0""");
        yield return Event("output_text.done", $$"""{"content_index":0,"item_id":"{{Item}}","logprobs":[],"output_index":0,"text":"{{text}}" """.TrimEnd());
        yield return Event("content_part.done", $$"""{"content_index":0,"item_id":"{{Item}}","output_index":0,"part":{{Part(text)}}""");
        yield return Event("output_item.done", $$"""{"item":{{Message(text)}},"output_index":0""");
        yield return Event("completed", $$"""{"response":{{Response("completed", text)}}""");

        // The data is the beginning of a JSON object. Its last members, the number and the type, are added here.
        string Event(string type, string data) =>
            Numbered(number, "response." + type, $$"""{{data}},"sequence_number":{{number++}},"type":"response.{{type}}"}""");
    }

    private static string Part(string text) => $$"""{"annotations":[],"text":"{{text}}","type":"output_text","logprobs":null}""";

    private static string Message(string text) => $$"""{"id":"{{Item}}","content":[{{Part(text)}}],"role":"assistant","status":"completed","type":"message"}""";

    private static string Response(string status, string? text)
    {
        string output = text is null ? "" : Message(text);
        string usage = text is null ? "null" : ResponseUsage;
        return $$"""{"id":"428c90e9-9cd6-90a6-9726-c02b08ebeabc","created_at":{{s_now}},"object":"response","status":"{{status}}","model":"{{Model}}","outpu"""
            + $$"""t":[{{output}}],"usage":{{usage}}}""";
    }

    private static string Numbered(int number, string type, string data) => $"id:{number}\nevent:{type}\n:HTTP_STATUS/200\ndata:{data}\n\n";
}
