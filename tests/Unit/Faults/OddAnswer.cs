using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tests.Faults;

/// <summary>Writes an answer in an API's format, streamed or not: chunks of thinking, text and calls, and the end of the answer.</summary>
internal sealed record OddAnswer
{
    public const string Id = "resp_1", Model = "odd-1";

    /// <summary>The chunks of the content. They are joined if the answer is not streamed.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    /// <summary>The chunks of the thinking, written to the API's thinking field.</summary>
    public IReadOnlyList<string> Thinking { get; init; } = [];

    /// <summary>The calls, each with its arguments in one chunk.</summary>
    public IReadOnlyList<(string Id, string Name, string Arguments)> Calls { get; init; } = [];

    public string Finish { get; init; } = "stop";

    /// <summary>Whether each chunk includes all previous text.</summary>
    public bool AreSnapshots { get; init; }

    /// <summary>The complete text in a response object; null to use the joined chunks.</summary>
    public string? WholeText { get; init; }

    public WireAnswer Write(QwenApi api, bool stream) =>
        new(Encoding.UTF8.GetBytes(Body(api, stream))) { ContentType = stream ? "text/event-stream" : "application/json" };

    private string Body(QwenApi api, bool stream) => (api, stream) switch
    {
        (QwenApi.ChatCompletions, true) =>
            string.Concat(Deltas().Select(delta => Event(Chunk("delta", delta, null)))) + Event(Chunk("delta", [], Finish))
            + Event(Counts("prompt_tokens", "completion_tokens")) + "data: [DONE]\n\n",
        (QwenApi.ChatCompletions, false) => Join(Chunk("message", Whole(), Finish), Counts("prompt_tokens", "completion_tokens")).ToJsonString(),
        (QwenApi.DashScope, true) =>
            string.Concat(Deltas().Select(delta => Event(Native(delta, "null")))) + Event(Native(new JsonObject { ["content"] = "" }, Finish)),
        (QwenApi.DashScope, false) => Native(Whole(), Finish).ToJsonString(),
        (_, true) => ResponseStream(),
        _ => Response("completed").ToJsonString(),
    };

    private IEnumerable<JsonObject> Deltas()
    {
        foreach (string piece in Pieces(Thinking))
            yield return new JsonObject { ["content"] = "", ["reasoning_content"] = piece };
        foreach (string piece in Pieces(Text))
            yield return new JsonObject { ["content"] = piece };
        for (int i = 0; i < Calls.Count; i++)
            yield return new JsonObject { ["content"] = "", ["tool_calls"] = new JsonArray(Call(i)) };
    }

    private IEnumerable<string> Pieces(IReadOnlyList<string> pieces) => AreSnapshots ? pieces.Select((_, i) => string.Concat(pieces.Take(i + 1))) : pieces;

    private JsonObject Whole()
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = string.Concat(Text) };
        if (Thinking.Count > 0)
            message["reasoning_content"] = string.Concat(Thinking);
        if (Calls.Count > 0)
            message["tool_calls"] = new JsonArray(Calls.Select((_, i) => (JsonNode)Call(i)).ToArray());
        return message;
    }

    private JsonObject Call(int i) => new()
    {
        ["index"] = i,
        ["id"] = Calls[i].Id,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = Calls[i].Name, ["arguments"] = Calls[i].Arguments },
    };

    private static JsonObject Chunk(string field, JsonObject message, string? finish) => new()
    {
        ["id"] = Id,
        ["model"] = Model,
        ["created"] = 1790000000,
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, [field] = message, ["finish_reason"] = finish }),
    };

    private static JsonObject Native(JsonObject message, string finish) => new()
    {
        ["request_id"] = Id,
        ["output"] = new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["message"] = message, ["finish_reason"] = finish }) },
        ["usage"] = new JsonObject { ["input_tokens"] = 5, ["output_tokens"] = 7, ["total_tokens"] = 12 },
    };

    private static JsonObject Counts(string input, string output) => new()
    {
        ["id"] = Id,
        ["choices"] = new JsonArray(),
        ["usage"] = new JsonObject { [input] = 5, [output] = 7, ["total_tokens"] = 12 },
    };

    private static JsonObject Join(JsonObject first, JsonObject second)
    {
        first["usage"] = second["usage"]!.DeepClone();
        return first;
    }

    private string ResponseStream()
    {
        var text = new StringBuilder(Event(new JsonObject { ["type"] = "response.created", ["response"] = Response("in_progress", withOutput: false) }));
        int index = 0;
        foreach (var item in Output())
        {
            string type = (string)item["type"]!;
            string kind = type == "reasoning" ? "reasoning_summary_text" : "output_text";
            foreach (string piece in type == "reasoning" ? Pieces(Thinking) : type == "message" ? Pieces(Text) : [])
                text.Append(Event(
                    new JsonObject { ["type"] = $"response.{kind}.delta", ["item_id"] = item["id"]!.DeepClone(), ["output_index"] = index,
                        ["content_index"] = 0, ["delta"] = piece }));
            text.Append(Event(new JsonObject { ["type"] = "response.output_item.done", ["output_index"] = index++, ["item"] = item }));
        }
        return text.Append(Event(
            new JsonObject { ["type"] = Finish == "stop" ? "response.completed" : "response.incomplete", ["response"] = Response("completed") })).ToString();
    }

    private JsonObject Response(string status, bool withOutput = true)
    {
        var response = new JsonObject
        {
            ["id"] = Id,
            ["object"] = "response",
            ["model"] = Model,
            ["created_at"] = 1790000000,
            ["status"] = status != "completed" || Finish == "stop" ? status : "incomplete",
            ["output"] = new JsonArray(withOutput ? Output().ToArray<JsonNode>() : []),
            ["usage"] = withOutput ? new JsonObject { ["input_tokens"] = 5, ["output_tokens"] = 7, ["total_tokens"] = 12 } : null,
        };
        if (withOutput && Finish != "stop")
            response["incomplete_details"] = new JsonObject { ["reason"] = Finish };
        return response;
    }

    private IEnumerable<JsonObject> Output()
    {
        if (Thinking.Count > 0)
            yield return new JsonObject { ["type"] = "reasoning", ["id"] = "rs_1",
                ["summary"] = new JsonArray(new JsonObject { ["type"] = "summary_text", ["text"] = string.Concat(Thinking) }) };
        if (Text.Count > 0)
        {
            yield return new JsonObject
            {
                ["type"] = "message",
                ["id"] = "msg_1",
                ["role"] = "assistant",
                ["status"] = "completed",
                ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = WholeText ?? string.Concat(Text) }),
            };
        }
        for (int i = 0; i < Calls.Count; i++)
            yield return new JsonObject { ["type"] = "function_call", ["id"] = $"fc_{i}", ["call_id"] = Calls[i].Id, ["name"] = Calls[i].Name,
                ["arguments"] = Calls[i].Arguments };
    }

    private static string Event(JsonObject data) =>
        $"data: {data.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })}\n\n";
}
