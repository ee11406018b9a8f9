using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>A response as a stream of events, in the service's order (wire §2.6).</summary>
internal static class ResponseEvents
{
    public const string FailedType = "response.failed";

    /// <summary>
    /// Returns the events. <paramref name="complete"/> is called before the last event, because a client may refer to the response immediately after that
    /// event.
    /// </summary>
    public static IEnumerable<StreamEvent> Of(
        ResponseHead head, ResponsesRequest request, Generation generation, IReadOnlyList<EmulatedItem> output, Action complete)
    {
        int number = 0;
        yield return Begun("response.created", "queued");
        yield return Begun("response.in_progress", "in_progress");
        for (int index = 0; index < output.Count; index++)
        {
            var item = output[index];
            var events = item.Type switch
            {
                "reasoning" => Reasoning(item, generation, index),
                "message" => Message(item, generation, index),
                "function_call" => FunctionCall(item, index),
                _ => ServiceCallEvents.Of(generation.ServiceCalls.First(call => call.ItemType == item.Type), item, index),
            };
            foreach (var (data, isText) in events)
            {
                data["sequence_number"] = number++;
                yield return StreamEvent.Of(data, (string)data["type"]!, isText: isText);
            }
        }
        complete();
        string type = "response." + ResponseBody.Status(generation);
        var whole = ResponseBody.Whole(head, request, generation, output, generation.CreatedAt, metadata: true);
        yield return StreamEvent.Of(new JsonObject { ["response"] = whole, ["sequence_number"] = number, ["type"] = type }, type);

        StreamEvent Begun(string type, string status) =>
            StreamEvent.Of(new JsonObject { ["response"] = ResponseBody.Begun(head, status), ["sequence_number"] = number++, ["type"] = type }, type);
    }

    public static JsonObject Failed(ResponseHead head, int sequenceNumber, ApiRefusal error)
    {
        var response = ResponseBody.Begun(head, "failed");
        response["model"] = head.Model;
        response["error"] = new JsonObject { ["message"] = error.Message, ["code"] = error.Code };
        return new JsonObject { ["sequence_number"] = sequenceNumber, ["type"] = FailedType, ["response"] = response };
    }

    private static IEnumerable<(JsonObject Data, bool IsText)> Reasoning(EmulatedItem item, Generation generation, int index)
    {
        yield return (ItemEvent("added", new JsonObject { ["summary"] = new JsonArray(), ["type"] = "reasoning", ["id"] = item.Id }, index), false);
        foreach (string piece in generation.ThinkingPieces)
        {
            yield return (new JsonObject
            {
                ["delta"] = piece,
                ["sequence_number"] = 0,
                ["output_index"] = index,
                ["type"] = "response.reasoning_text.delta",
                ["item_id"] = item.Id,
            }, false);
        }
        yield return (new JsonObject
        {
            ["sequence_number"] = 0,
            ["text"] = generation.Thinking,
            ["output_index"] = index,
            ["type"] = "response.reasoning_text.done",
            ["item_id"] = item.Id,
        }, false);
        yield return (ItemEvent("done", (JsonObject)item.Json.DeepClone(), index), false);
    }

    private static IEnumerable<(JsonObject Data, bool IsText)> Message(EmulatedItem item, Generation generation, int index)
    {
        var begun =
            new JsonObject { ["id"] = item.Id, ["content"] = new JsonArray(), ["role"] = "assistant", ["status"] = "in_progress", ["type"] = "message" };
        yield return (ItemEvent("added", begun, index), false);
        yield return (PartEvent("added", ""), false);
        foreach (string piece in generation.TextPieces)
            yield return (TextEvent("delta", "delta", piece), true);
        string text = generation.Text;
        yield return (TextEvent("done", "text", text), false);
        yield return (PartEvent("done", text), false);
        yield return (ItemEvent("done", (JsonObject)item.Json.DeepClone(), index), false);

        JsonObject PartEvent(string what, string content) => new()
        {
            ["content_index"] = 0,
            ["item_id"] = item.Id,
            ["output_index"] = index,
            ["part"] = new JsonObject { ["annotations"] = new JsonArray(), ["text"] = content, ["type"] = "output_text", ["logprobs"] = null },
            ["sequence_number"] = 0,
            ["type"] = "response.content_part." + what,
        };

        JsonObject TextEvent(string what, string member, string content) => new()
        {
            ["content_index"] = 0,
            [member] = content,
            ["item_id"] = item.Id,
            ["logprobs"] = new JsonArray(),
            ["output_index"] = index,
            ["sequence_number"] = 0,
            ["type"] = "response.output_text." + what,
        };
    }

    /// <summary>
    /// Returns the <c>added</c> and <c>done</c> events of the item. Events for the arguments of a function call are not documented (wire §2.6).
    /// </summary>
    private static IEnumerable<(JsonObject Data, bool IsText)> FunctionCall(EmulatedItem item, int index)
    {
        var begun = (JsonObject)item.Json.DeepClone();
        begun["arguments"] = "";
        begun["status"] = "in_progress";
        yield return (ItemEvent("added", begun, index), false);
        yield return (ItemEvent("done", (JsonObject)item.Json.DeepClone(), index), false);
    }

    public static JsonObject ItemEvent(string what, JsonObject item, int index) => new()
    {
        ["item"] = item,
        ["output_index"] = index,
        ["sequence_number"] = 0,
        ["type"] = "response.output_item." + what,
    };
}
