using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// The Conversations API (wire §3). The errors are not documented. They are assumed to have the flat envelope and the status 400 of the Responses API,
/// and the error messages of OpenAI's API [A11].
/// </summary>
internal sealed class ConversationsEndpoint(EmulatorClock clock, ConversationStore conversations)
{
    private const int MaximumItems = 20;
    private const int MaximumPairs = 16;
    private const int MaximumKeyLength = 64;
    private const int MaximumValueLength = 512;

    public Task<EmulatedAnswer> CreateAsync(ApiCall call)
    {
        var body = call.Request.Body.Length == 0 ? default : ReadBody(call);
        var metadata = ReadMetadata(body.Get("metadata"));
        var items = body.Get("items").Exists() ? ReadItems(body.Get("items")) : [];
        var conversation = conversations.Create();
        conversation.Metadata = metadata;
        conversation.Add(items);
        return Json(Show(conversation));
    }

    public Task<EmulatedAnswer> RetrieveAsync(string id) => Json(Show(conversations.Get(id)));

    public Task<EmulatedAnswer> UpdateAsync(string id, ApiCall call)
    {
        var conversation = conversations.Get(id);
        var metadata = ReadBody(call).Get("metadata");
        if (!metadata.Exists())
            throw ApiRefusal.Parameter("Missing required parameter: 'metadata'.");
        conversation.Metadata = ReadMetadata(metadata);
        return Json(Show(conversation));
    }

    public Task<EmulatedAnswer> DeleteAsync(string id)
    {
        conversations.Get(id).IsDeleted = true;
        return Json(new JsonObject { ["deleted"] = true, ["id"] = id, ["object"] = "conversation.deleted" });
    }

    public Task<EmulatedAnswer> CreateItemsAsync(string id, ApiCall call)
    {
        var conversation = conversations.Get(id);
        var items = ReadItems(ReadBody(call).Get("items"));
        conversation.Add(items);
        return Json(new EmulatedItemPage(items, HasMore: false).ToJson());
    }

    public Task<EmulatedAnswer> ListItemsAsync(string id, ApiCall call)
    {
        var json = EmulatedItemPage.Of(conversations.GetForItems(id).Items, call.Request).ToJson();
        json["object"] = "list";
        return Json(json);
    }

    public Task<EmulatedAnswer> RetrieveItemAsync(string id, string itemId) =>
        Json(conversations.GetForItems(id).Items.FirstOrDefault(item => item.Id == itemId)?.Json.DeepClone() ?? throw NoItem(itemId));

    public Task<EmulatedAnswer> DeleteItemAsync(string id, string itemId) => conversations.GetForItems(id).Remove(itemId)
        ? Json(new JsonObject { ["deleted"] = true, ["id"] = itemId, ["object"] = "conversation.item.deleted" })
        : throw NoItem(itemId);

    private static JsonElement ReadBody(ApiCall call)
    {
        try
        {
            return call.ReadBody();
        }
        catch (JsonException)
        {
            throw ApiRefusal.Parameter("Required body invalid, please check the request body format.");
        }
    }

    private List<EmulatedItem> ReadItems(JsonElement items)
    {
        if (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() == 0)
            throw ApiRefusal.Parameter("Missing required parameter: 'items'.");
        int count = items.GetArrayLength();
        if (count > MaximumItems)
            throw ApiRefusal.Parameter(
                $"Invalid 'items': array too long. Expected an array with maximum length {MaximumItems}, but got an array with length {count} instead.");
        foreach (var item in items.EnumerateArray())
        {
            if ((item.Text("type") ?? "message") != "message")
                throw ApiRefusal.Parameter($"Invalid item type: '{item.Text("type")}'. Only 'message' is supported.");
        }
        return items.EnumerateArray().Select(item => EmulatedItem.Read(item, clock.Now)).ToList();
    }

    private static JsonObject ReadMetadata(JsonElement metadata)
    {
        if (!metadata.Exists())
            return [];
        if (metadata.ValueKind != JsonValueKind.Object)
            throw ApiRefusal.Parameter("Invalid type for 'metadata': expected an object.");
        var pairs = new JsonObject();
        foreach (var pair in metadata.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String)
                throw ApiRefusal.Parameter($"Invalid type for 'metadata.{pair.Name}': expected a string.");
            if (pair.Name.Length > MaximumKeyLength)
                throw ApiRefusal.Parameter(
                    $"Invalid 'metadata': key too long. Expected a maximum length of {MaximumKeyLength}, but got length {pair.Name.Length} instead.");
            string value = pair.Value.GetString()!;
            if (value.Length > MaximumValueLength)
                throw ApiRefusal.Parameter(
                    $"Invalid 'metadata.{pair.Name}': string too long. Expected a maximum length of {MaximumValueLength}, but got length {value.Length} "
                        + "instead.");
            pairs[pair.Name] = value;
        }
        return pairs.Count <= MaximumPairs ? pairs
            : throw ApiRefusal.Parameter(
            $"Invalid 'metadata': too many properties. Expected an object with at most {MaximumPairs} properties, but got {pairs.Count} instead.");
    }

    private static JsonObject Show(EmulatedConversation conversation) => new()
    {
        ["created_at"] = conversation.CreatedAt.ToUnixTimeMilliseconds(),
        ["id"] = conversation.Id,
        ["metadata"] = conversation.Metadata.DeepClone(),
        ["object"] = "conversation",
    };

    private static Task<EmulatedAnswer> Json(JsonNode body) => Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, body));

    private static ApiRefusal NoItem(string itemId) => ApiRefusal.Parameter($"Item with id '{itemId}' not found.");
}
