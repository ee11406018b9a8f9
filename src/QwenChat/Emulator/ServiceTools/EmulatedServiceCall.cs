using System.Text.Json.Nodes;

namespace QwenChat.Emulator.ServiceTools;

/// <summary>A call that a tool of the service made.</summary>
/// <param name="Type">The tool's type in the Responses API.</param>
/// <param name="Fields">The fields of its output item besides id, type and status, in the service's order.</param>
internal sealed record EmulatedServiceCall(string Type, JsonObject Fields)
{
    /// <summary>The type of the output item.</summary>
    public string ItemType => Type + "_call";

    /// <summary>The field whose value is known when the item is announced; the others come with the whole item.</summary>
    public string? Known { get; init; }

    /// <summary>The output item (wire §16).</summary>
    public JsonObject ToItem(string id)
    {
        var item = (JsonObject)Fields.DeepClone();
        item["id"] = id;
        item["type"] = ItemType;
        item["status"] = "completed";
        return item;
    }
}
