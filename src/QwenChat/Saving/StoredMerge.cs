using System.Text.Json.Nodes;
using QwenChat.Model;

namespace QwenChat.Saving;

/// <summary>
/// Merges what two writers changed of one stored conversation since both of them read it: each setting by itself, the waiting items and the
/// open requests one by one. What both changed, differently, is a conflict.
/// </summary>
internal sealed class StoredMerge
{
    private readonly DateTimeOffset _now;

    private StoredMerge(DateTimeOffset now) => _now = now;

    /// <summary>The name that comes of it.</summary>
    public string? Name { get; private init; }

    /// <summary>The row that comes of it.</summary>
    public ConversationRow Row { get; private set; } = new();

    /// <summary>True when both changed the same, or the other one is in the middle of a request.</summary>
    public bool IsConflict { get; private set; }

    /// <summary>Merges three headers.</summary>
    /// <param name="known">What both read.</param>
    /// <param name="mine">What is to be written.</param>
    /// <param name="theirs">What is there.</param>
    /// <param name="now">Now.</param>
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
        // Not set by anybody: what was counted, and what a request begins with.
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
        // Another object is adding items at this moment, or was ended in the middle of it. What it adds would be seen by both.
        IsConflict |= Items(theirs["intents"]).Any(intent => !Has(mine["intents"], intent) && (bool?)intent["isUnderWay"] == true
            && (DateTimeOffset?)intent["sentAt"] + WriteIntent.LongestArrival > _now);
        return merged;
    }

    /// <summary>Lists whose members have ids: what either added is in, what either took out is not.</summary>
    private static JsonArray? MergeItems(JsonNode? known, JsonNode? mine, JsonNode? theirs)
    {
        var merged = Items(theirs).Where(item => Has(mine, item) || !Has(known, item)).ToList();
        merged.AddRange(Items(mine).Where(item => !Has(theirs, item) && !Has(known, item)));
        return merged.Count == 0 ? null : new JsonArray([.. merged.Select(item => item.DeepClone())]);
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    private static bool Has(JsonNode? list, JsonNode item) =>
        Items(list).Any(other => item["id"] is { } id ? JsonNode.DeepEquals(other["id"], id) : JsonNode.DeepEquals(other, item));

    // In the form of this version: what an earlier one wrote differently is not a change.
    private static JsonObject Parse(ConversationHeader header) => JsonNode.Parse(ConversationRow.Read(header.Settings).Write()) as JsonObject ?? [];

    private static IEnumerable<string> Keys(params JsonObject[] objects) => objects.SelectMany(one => one.Select(pair => pair.Key)).Distinct();
}
