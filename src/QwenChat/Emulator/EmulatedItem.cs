using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator;

/// <summary>An item in the service's format: a message, a tool call, a tool result or thinking.</summary>
internal sealed record EmulatedItem(string Id, JsonObject Json, DateTimeOffset CreatedAt)
{
    /// <summary>The lifetime of responses and items (wire §2.3).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public bool IsExpired(DateTimeOffset now) => now >= CreatedAt + Lifetime;

    public string? Type => (string?)Json["type"];

    /// <summary>The id that a tool call and its result share.</summary>
    public string? CallId => (string?)Json["call_id"];

    /// <summary>The message that the model receives; null for thinking and other items that the service omits from the prompt.</summary>
    public PromptMessage? Message { get; init; }

    public static string NewMessageId() => "msg_" + Guid.NewGuid();

    /// <summary>Reads the <c>input</c> of a request, which is a string or a list of items.</summary>
    public static List<EmulatedItem> ReadInput(JsonElement input, DateTimeOffset now)
    {
        if (input.ValueKind == JsonValueKind.String)
            return [OfMessage("user", TextParts("input_text", input.GetString()!), PromptMessage.Read("user", input), now)];
        if (input.ValueKind != JsonValueKind.Array)
            throw ApiRefusal.Parameter("Required body invalid, please check the request body format.");
        if (input.GetArrayLength() == 0)
            throw ApiRefusal.Parameter("[] is too short");
        return input.EnumerateArray().Select(item => Read(item, now)).ToList();
    }

    public static EmulatedItem Read(JsonElement item, DateTimeOffset now)
    {
        string type = item.Text("type") ?? "message";
        if (type == "message")
        {
            string role = item.Text("role") ?? throw ApiRefusal.Parameter("Required body invalid, please check the request body format.");
            var content = item.Get("content");
            if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
                throw ApiRefusal.Parameter(content.Exists() ? "input content must be a string." : "The content field is a required field.");
            var parts = content.ValueKind == JsonValueKind.String
                ? TextParts(role == "assistant" ? "output_text" : "input_text", content.GetString()!)
                : JsonArray.Create(content.Clone())!;
            return OfMessage(role, parts, PromptMessage.Read(role, content), now);
        }
        if (item.ToNode() is not JsonObject json)
            throw ApiRefusal.Parameter("Required body invalid, please check the request body format.");
        // The error for invalid arguments is documented for Chat Completions, and assumed for the Responses API and the Conversations API [A4].
        if (type == "function_call" && !EmulatedToolCalls.HasJsonArguments(item.Text("arguments") ?? ""))
            throw ApiRefusal.Engine(EmulatedToolCalls.ArgumentsForm);
        string id = item.Text("id") ?? NewMessageId();
        json["id"] = id;
        var message = type switch
        {
            "function_call" => PromptMessage.OfCall(new QwenToolCall(item.Text("call_id") ?? "", item.Text("name") ?? "", item.Text("arguments") ?? "")),
            "function_call_output" => PromptMessage.Read("tool", item.Get("output")) with { ToolCallId = item.Text("call_id") },
            _ => null,
        };
        return new EmulatedItem(id, json, now) { Message = message };
    }

    public static EmulatedItem OfMessage(string role, JsonArray content, PromptMessage message, DateTimeOffset now, string? id = null)
    {
        id ??= NewMessageId();
        var json = new JsonObject { ["content"] = content, ["id"] = id, ["role"] = role, ["status"] = "completed", ["type"] = "message" };
        return new EmulatedItem(id, json, now) { Message = message };
    }

    private static JsonArray TextParts(string type, string text)
    {
        var part = new JsonObject { ["text"] = text, ["type"] = type };
        if (type == "output_text")
            part["annotations"] = new JsonArray();
        return new JsonArray(part);
    }
}
