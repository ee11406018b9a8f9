using System.Text.Json.Nodes;
using QwenChat.Emulator.ServiceTools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Generates the events for a call of a service tool (wire §2, §16). For some tools, there are only the item's first and last events.</summary>
internal static class ServiceCallEvents
{
    public static IEnumerable<(JsonObject Data, bool IsText)> Of(EmulatedServiceCall call, EmulatedItem item, int index)
    {
        yield return (ResponseEvents.ItemEvent("added", Announced(call, item), index), false);
        string[] states = call.Type switch
        {
            "web_search" or "file_search" => ["in_progress", "searching", "completed"],
            "code_interpreter" => ["in_progress", "interpreting", "completed"],
            "mcp" => ["in_progress", "completed"],
            _ => [],
        };
        foreach (string state in states)
        {
            if (call.Type == "mcp" && state == "completed")
            {
                yield return (Event("response.mcp_call_arguments.delta", "delta"), false);
                yield return (Event("response.mcp_call_arguments.done", "arguments"), false);
            }
            yield return (new JsonObject { ["sequence_number"] = 0, ["output_index"] = index, ["type"] = $"response.{item.Type}.{state}",
                ["item_id"] = item.Id }, false);
        }
        yield return (ResponseEvents.ItemEvent("done", (JsonObject)item.Json.DeepClone(), index), false);

        JsonObject Event(string type, string member) => new()
        {
            [member] = item.Json["arguments"]!.DeepClone(),
            ["sequence_number"] = 0,
            ["output_index"] = index,
            ["type"] = type,
            ["item_id"] = item.Id,
        };
    }

    private static JsonObject Announced(EmulatedServiceCall call, EmulatedItem item)
    {
        var begun = (JsonObject)item.Json.DeepClone();
        begun["status"] = "in_progress";
        if (begun["action"] is JsonObject action)
            action.Remove("sources");
        foreach (var (name, _) in call.Fields)
        {
            if (name != "action" && name != call.Known)
                begun.Remove(name);
        }
        return begun;
    }
}
