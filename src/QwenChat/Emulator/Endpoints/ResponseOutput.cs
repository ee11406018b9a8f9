using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The output items of a response: thinking, the message and tool calls.</summary>
internal static class ResponseOutput
{
    public static List<EmulatedItem> Of(Generation generation)
    {
        var items = new List<EmulatedItem>();
        if (generation.ThinkingPieces.Count > 0)
            items.Add(Reasoning(generation));
        foreach (var call in generation.ServiceCalls)
        {
            string id = EmulatedItem.NewMessageId();
            items.Add(new EmulatedItem(id, call.ToItem(id), generation.CreatedAt));
        }
        // A model that only calls tools does not write a message.
        if (generation.TextPieces.Count > 0 || generation.ToolCalls.Count == 0)
            items.Add(Message(generation));
        items.AddRange(generation.ToolCalls.Select(call => FunctionCall(call, generation)));
        return items;
    }

    private static EmulatedItem Reasoning(Generation generation)
    {
        string id = EmulatedItem.NewMessageId();
        var json = new JsonObject
        {
            ["summary"] = new JsonArray(new JsonObject { ["type"] = "summary_text", ["text"] = generation.Thinking }),
            ["type"] = "reasoning",
            ["id"] = id,
        };
        return new EmulatedItem(id, json, generation.CreatedAt);
    }

    private static EmulatedItem Message(Generation generation)
    {
        string text = generation.Text;
        var content = new JsonArray(new JsonObject { ["annotations"] = new JsonArray(), ["text"] = text, ["type"] = "output_text" });
        return EmulatedItem.OfMessage("assistant", content, new PromptMessage("assistant", text), generation.CreatedAt);
    }

    private static EmulatedItem FunctionCall(QwenToolCall call, Generation generation)
    {
        string id = EmulatedItem.NewMessageId();
        var json = new JsonObject
        {
            ["arguments"] = call.Arguments,
            ["call_id"] = call.Id,
            ["id"] = id,
            ["name"] = call.Name,
            ["status"] = "completed",
            ["type"] = "function_call",
        };
        return new EmulatedItem(id, json, generation.CreatedAt) { Message = PromptMessage.OfCall(call) };
    }
}
