using System.Security;
using System.Text;
using System.Text.Json;
using QwenChat.Http;
using QwenChat.Turn;

namespace QwenChat.Tests.Faults;

/// <summary>A conversation with a server that returns unusual answers, and the requests that the server receives.</summary>
internal sealed class OddTurn
{
    private readonly Wire _wire;
    private readonly QwenClient _client;
    private readonly bool _stream;

    public OddTurn(QwenApi api, bool stream, bool stateless = true, QwenOptions? options = null)
    {
        _stream = stream;
        var time = new FakeTime(new DateTimeOffset(2026, 9, 21, 20, 0, 0, TimeSpan.Zero));
        _wire = new Wire(new WireItems(), time) { CarriesOut = true };
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), Key());
        var transport = new Transport(connection, _wire, time, new Random(1));
        _client = new QwenClient(connection, time, _ => transport);
        Conversation =
            _client.NewConversation(api, (options ?? new QwenOptions()) with { Model = options?.Model ?? "qwen-plus" }, stateless && api == QwenApi.Responses);
    }

    public QwenConversation Conversation { get; }

    /// <summary>The streamed text, by the kind of its deltas.</summary>
    public Dictionary<string, string> Streamed { get; } = [];

    public string LastBody => Encoding.UTF8.GetString(_wire.LastBody);

    public async Task<QwenReply> SendAsync(WireAnswer answer, string message = "Hi")
    {
        _wire.Play([answer]);
        if (!_stream)
            return await _client.SendAsync(Conversation, message);
        QwenReply? reply = null;
        Streamed.Clear();
        await foreach (var delta in _client.StreamAsync(Conversation, message))
        {
            Streamed[delta.Kind] = Streamed.GetValueOrDefault(delta.Kind, "") + delta.Text;
            reply = delta.Reply ?? reply;
        }
        return reply!;
    }

    /// <summary>
    /// Sends another message, and returns a short form of the request: <c>user: Hi | assistant: Hello | call c1 f({}) | result c1: not run</c>.
    /// </summary>
    public async Task<string> NextAsync(string message = "Next")
    {
        await SendAsync(new OddAnswer { Text = ["Fine."] }.Write(Conversation.ApiKind, _stream), message);
        return Describe(LastBody);
    }

    public static string Describe(string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var items = root.TryGetProperty("messages", out var messages) ? messages
            : root.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Array ? input : input.GetProperty("messages");
        var said = new List<string>();
        if (root.TryGetProperty("instructions", out var instructions))
            said.Add($"system: {instructions}");
        foreach (var item in items.EnumerateArray())
            said.AddRange(Describe(item));
        return string.Join(" | ", said);
    }

    private static IEnumerable<string> Describe(JsonElement item)
    {
        string type = Text(item, "type") ?? "message";
        if (type == "function_call")
            yield return $"call {Text(item, "call_id")} {Text(item, "name")}({Text(item, "arguments")})";
        else if (type.EndsWith("_output", StringComparison.Ordinal))
            yield return $"result {Text(item, "call_id")}: {Text(item, "output")}";
        else if (Text(item, "role") == "tool")
            yield return $"result {Text(item, "tool_call_id")}: {Content(item)}";
        else if (Text(item, "role") is not { } role)
            yield return type;
        else if (!item.TryGetProperty("tool_calls", out var calls))
            yield return $"{role}: {Content(item)}";
        else
        {
            if (Content(item).Length > 0)
                yield return $"{role}: {Content(item)}";
            foreach (var call in calls.EnumerateArray())
                yield return $"call {Text(call, "id")} {Text(call.GetProperty("function"), "name")}({Text(call.GetProperty("function"), "arguments")})";
        }
    }

    private static string Content(JsonElement item)
    {
        var content = item.GetProperty("content");
        return content.ValueKind != JsonValueKind.Array
            ? content.ToString() : string.Concat(content.EnumerateArray().Select(part => Text(part, "text") ?? part.GetRawText()));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static SecureString Key()
    {
        var key = new SecureString();
        foreach (char c in "sk-test")
            key.AppendChar(c);
        return key;
    }
}
