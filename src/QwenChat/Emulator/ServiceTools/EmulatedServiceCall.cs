using System.Text.Json.Nodes;

namespace QwenChat.Emulator.ServiceTools;

/// <summary>A call of a service tool.</summary>
/// <param name="Type">The type of the tool in the Responses API.</param>
/// <param name="Fields">The fields of the output item, without id, type and status, in the service's order.</param>
internal sealed record EmulatedServiceCall(string Type, JsonObject Fields)
{
    public string ItemType => Type + "_call";

    /// <summary>The name of the field that the item's first event contains. Of the other fields, the event contains only <c>action</c>.</summary>
    public string? Known { get; init; }

    /// <summary>Returns the output item (wire §16).</summary>
    public JsonObject ToItem(string id)
    {
        var item = (JsonObject)Fields.DeepClone();
        item["id"] = id;
        item["type"] = ItemType;
        item["status"] = "completed";
        return item;
    }
}
