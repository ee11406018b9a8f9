using System.Text.Json.Nodes;
using QwenChat.Model;

namespace QwenChat.Saving;

/// <summary>
/// Merges the changes that two writers have made to a stored conversation since both read it. Each setting, pending item and request
/// with an unknown outcome is merged separately. Different changes to the same value are a conflict.
/// </summary>
internal sealed class StoredMerge
{
    private readonly DateTimeOffset _now;

    private StoredMerge(DateTimeOffset now) => _now = now;

    public string? Name { get; private init; }

    public ConversationRow Row { get; private set; } = new();

    /// <summary>True if both writers changed the same value differently, or if the other writer has a request in progress.</summary>
    public bool IsConflict { get; private set; }

    /// <param name="known">The header that both writers read.</param>
    /// <param name="mine">The header to write.</param>
    /// <param name="theirs">The stored header.</param>
    /// <param name="now">The current time.</param>
    public static StoredMerge Of(ConversationHeader known, ConversationHeader mine, ConversationHeader theirs, DateTimeOffset now)
    {
        bool isRenamed = mine.Name != known.Name;
        var merge = new StoredMerge(now)
        {
            Name = isRenamed ? mine.Name : theirs.Name,
            IsConflict = isRenamed && theirs.Name != known.Name && theirs.Name != mine.Name,
        };
        var (before, own, other) = (Parse(known), Parse(mine), Parse(theirs));
        var settings = new JsonObject();
        foreach (string key in Keys(before, own, other))
        {
            if (merge.Merge(key, before[key], own[key], other[key]) is { } value)
                settings[key] = value.DeepClone();
        }
        merge.Row = ConversationRow.Read(settings.ToJsonString());
        return merge;
    }

    private JsonNode? Merge(string key, JsonNode? known, JsonNode? mine, JsonNode? theirs) => key switch
    {
        "pending" => MergeItems(known, mine, theirs),
        "held" => MergeHeld(known, mine, theirs),
        // Amounts and state are not user settings, so a difference is not a conflict.
        "counted" or "prefixBroken" => mine,
        "summaries" => JsonNode.DeepEquals(mine, known) ? theirs : mine,
        _ => MergeValues(known, mine, theirs, isGroup: key is "options" or "metadata"),
    };

    private JsonNode? MergeValues(JsonNode? known, JsonNode? mine, JsonNode? theirs, bool isGroup)
    {
        if (JsonNode.DeepEquals(mine, known) || JsonNode.DeepEquals(mine, theirs))
            return theirs;
        if (JsonNode.DeepEquals(theirs, known))
            return mine;
        if (!isGroup || mine is not JsonObject own || theirs is not JsonObject other)
        {
            IsConflict = true;
            return mine;
        }
        var before = known as JsonObject ?? [];
        var merged = new JsonObject();
        foreach (string key in Keys(before, own, other))
        {
            if (MergeValues(before[key], own[key], other[key], isGroup: false) is { } value)
                merged[key] = value.DeepClone();
        }
        return merged;
    }

    private JsonNode? MergeHeld(JsonNode? known, JsonNode? mine, JsonNode? theirs)
    {
        if (mine is null || theirs is null || !JsonNode.DeepEquals(mine["id"], theirs["id"]))
        {
            if (JsonNode.DeepEquals(mine?["id"], known?["id"]))
                return theirs;
            IsConflict |= !JsonNode.DeepEquals(theirs?["id"], known?["id"]);
            return mine;
        }
        var merged = mine.DeepClone();
        var intents = MergeItems(known?["intents"], mine["intents"], theirs["intents"]);
        merged["intents"] = intents?.DeepClone();
        // The other writer is adding items to the conversation object, or was interrupted. Without a branch, the items would also become part of the
        // local conversation.
        IsConflict |= Items(theirs["intents"]).Any(intent => !Has(mine["intents"], intent) && (bool?)intent["isUnderWay"] == true
            && (DateTimeOffset?)intent["sentAt"] + WriteIntent.LongestArrival > _now);
        return merged;
    }

    /// <summary>
    /// Merges lists whose members have ids. The result contains the members that a writer added, and the known members that neither writer removed.
    /// </summary>
    private static JsonArray? MergeItems(JsonNode? known, JsonNode? mine, JsonNode? theirs)
    {
        var merged = Items(theirs).Where(item => Has(mine, item) || !Has(known, item)).ToList();
        merged.AddRange(Items(mine).Where(item => !Has(theirs, item) && !Has(known, item)));
        return merged.Count == 0 ? null : new JsonArray([.. merged.Select(item => item.DeepClone())]);
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    private static bool Has(JsonNode? list, JsonNode item) =>
        Items(list).Any(other => item["id"] is { } id ? JsonNode.DeepEquals(other["id"], id) : JsonNode.DeepEquals(other, item));

    // The settings are rewritten in the format of this version, so that an earlier format does not count as a change.
    private static JsonObject Parse(ConversationHeader header) => JsonNode.Parse(ConversationRow.Read(header.Settings).Write()) as JsonObject ?? [];

    private static IEnumerable<string> Keys(params JsonObject[] objects) => objects.SelectMany(one => one.Select(pair => pair.Key)).Distinct();
}
