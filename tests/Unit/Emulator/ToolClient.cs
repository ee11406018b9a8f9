using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tests.Emulator;

/// <summary>Sends the same tool requests to the four APIs of an emulator, so that one test covers all APIs.</summary>
internal sealed class ToolClient(QwenEmulatorOptions? options = null) : IDisposable
{
    public const string Schema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""";
    private readonly EmulatorClient _client = new(options);

    public QwenEmulator Emulator => _client.Emulator;

    /// <summary>Creates a function in the API's format.</summary>
    public static string Tool(string api, string name, string schema = Schema)
    {
        string function = $"\"name\":\"{name}\",\"description\":\"Weather.\",\"parameters\":{schema}";
        return IsFlat(api) ? $$"""{"type":"function",{{function}} }""" : $$$"""{"type":"function","function":{ {{{function}}} }}""";
    }

    /// <summary>Creates a tool choice that forces a call of one function, in the API's format.</summary>
    public static string Forced(string api, string name) => IsFlat(api)
        ? $$"""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"{{name}}"}]}"""
        : $$$"""{"type":"function","function":{"name":"{{{name}}}"}}""";

    /// <summary>Creates a question, a call and its result, in the API's format.</summary>
    public static string History(string api, string arguments = "{}", string answered = "c1")
    {
        string call = $"\"name\":\"weather\",\"arguments\":{JsonValue.Create(arguments)!.ToJsonString()}";
        string[] messages = IsFlat(api)
            ? [$$"""{"type":"function_call","call_id":"c1",{{call}} }""", $$"""{"type":"function_call_output","call_id":"{{answered}}","output":"Sunny"}"""]
            : [
                $$$"""{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","index":0,"function":{ {{{call}}} }}]}""",
                $$"""{"role":"tool","tool_call_id":"{{answered}}","content":"Sunny"}""",
            ];
        return string.Join(",", messages.Prepend("""{"role":"user","content":"Hi"}"""));
    }

    /// <summary>Sends a request, and returns the body of the answer.</summary>
    public async Task<JsonElement> AskAsync(
        string api, string messages, string options = "", HttpStatusCode status = HttpStatusCode.OK, string model = "qwen-plus") => api switch
    {
        "ChatCompletions" => await _client.PostJsonAsync(EmulatorClient.Chat, $$"""{"model":"{{model}}","messages":[{{messages}}]{{options}}}""", status),
        "DashScope" => await _client.PostJsonAsync(
            NativePath(model), $$$"""{"model":"{{{model}}}","input":{"messages":[{{{messages}}}]},"parameters":{"result_format":"message"{{{options}}}}}""",
                status),
        "Conversations" => await _client.PostJsonAsync(
            EmulatorClient.Responses, $$"""{"model":"{{model}}","conversation":"{{await NewConversationAsync()}}","input":[{{messages}}]{{options}}}""",
                status),
        _ => await _client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"{{model}}","input":[{{messages}}]{{options}}}""", status),
    };

    /// <summary>Requests a stream, and returns the data of its events.</summary>
    public async Task<IReadOnlyList<JsonElement>> StreamAsync(string api, string messages, string options = "", string model = "qwen-plus")
    {
        string path = api switch { "ChatCompletions" => EmulatorClient.Chat, "DashScope" => NativePath(model), _ => EmulatorClient.Responses };
        string body = api switch
        {
            "ChatCompletions" => $$"""{"model":"{{model}}","stream":true,"messages":[{{messages}}]{{options}}}""",
            "DashScope" => $$$"""{"model":"{{{model}}}","input":{"messages":[{{{messages}}}]},"parameters":{"result_format":"message"{{{options}}}}}""",
            _ => $$"""{"model":"{{model}}","stream":true,"input":[{{messages}}]{{options}}}""",
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        if (api == "DashScope")
            request.Headers.Add("X-DashScope-SSE", "enable");
        using var response = await _client.Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return text.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal) && line.Contains('{', StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line["data:".Length..]).RootElement).ToArray();
    }

    /// <summary>Sends a request that must be rejected, and returns the error message.</summary>
    public async Task<string?> RefusalAsync(string api, string messages, string options = "", string model = "qwen-plus")
    {
        var body = await AskAsync(api, messages, options, HttpStatusCode.BadRequest, model);
        return (api == "ChatCompletions" ? body.GetProperty("error") : body).GetProperty("message").GetString();
    }

    public static (string Id, string Name, string Arguments)[] Calls(string api, JsonElement body)
    {
        if (IsFlat(api))
        {
            return body.GetProperty("output").EnumerateArray().Where(item => item.GetProperty("type").GetString() == "function_call").Select(call =>
                (call.GetProperty("call_id").GetString()!, call.GetProperty("name").GetString()!, call.GetProperty("arguments").GetString()!)).ToArray();
        }
        return Choice(api, body).GetProperty("message").TryGetProperty("tool_calls", out var calls) ? calls.EnumerateArray().Select(call =>
            (call.GetProperty("id").GetString()!, call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function")
            .GetProperty("arguments").GetString()!))
            .ToArray() : [];
    }

    public static string Text(string api, JsonElement body) =>
        IsFlat(api) ? EmulatorClient.OutputText(body) : Choice(api, body).GetProperty("message").GetProperty("content").GetString()!;

    /// <summary>Returns the finish reason of an answer.</summary>
    public static string? End(string api, JsonElement body) =>
        (IsFlat(api) ? body.GetProperty("status") : Choice(api, body).GetProperty("finish_reason")).GetString();

    public static bool IsFlat(string api) => api is "Responses" or "Conversations";

    public void Dispose() => _client.Dispose();

    private static JsonElement Choice(string api, JsonElement body) => (api == "DashScope" ? body.GetProperty("output") : body).GetProperty("choices")[0];

    private static string NativePath(string model) =>
        $"/api/v1/services/aigc/{(model.StartsWith("qwen3.", StringComparison.Ordinal) ? "multimodal" : "text")}-generation/generation";

    private async Task<string> NewConversationAsync() => (await _client.PostJsonAsync(EmulatorClient.Conversations, "{}")).GetProperty("id").GetString()!;
}
