using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Catalogue;

/// <summary>Writes what the service lists as a catalogue file, over what such a file had before.</summary>
internal static class ServiceCatalogueFile
{
    /// <summary>The file's name in the folder of the user.</summary>
    public const string Name = "models.json";

    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>
    /// Makes the file. Of the list's region it has what the list says; prices of other regions stay, and so do models that have such prices.
    /// </summary>
    /// <param name="before">The file as it was, which has been read as one; null for none.</param>
    /// <param name="models">The service's list.</param>
    /// <param name="prices">Whose prices they are.</param>
    /// <param name="known">The built-in catalogue, whose modalities are more exact than the list's.</param>
    public static byte[] Make(byte[]? before, IReadOnlyList<ListedModel> models, ListedPrices prices, ModelList known)
    {
        var entries = Kept(before, prices.Region);
        foreach (var model in models)
            entries[Key(entries, model.Id)] = Entry(model, prices, known.Find(model.Id), OtherPrices(entries, model.Id));
        var file = new JsonObject
        {
            ["about"] = $"Written by Update-QwenModelCatalog from the service's own list, on {Text(prices.Day)}. It is written again by that command: what you "
                + $"know better belongs into a file of your own, named by {ModelCatalogue.FileVariable}.",
            ["models"] = entries,
        };
        return JsonSerializer.SerializeToUtf8Bytes(file, s_options);
    }

    /// <summary>The entries that have prices of other regions, with those alone: what else an older list said of them is not known to be true still.</summary>
    private static JsonObject Kept(byte[]? before, QwenRegion? region)
    {
        var kept = new JsonObject();
        if (before is null || JsonNode.Parse(before, documentOptions: s_lenient)?["models"] is not JsonObject models)
            return kept;
        foreach (var (id, entry) in models)
        {
            if (entry is not JsonObject model || model["prices"] is not JsonObject regions)
                continue;
            if (region is { } replaced)
                regions.Remove(replaced.ToString());
            if (regions.Count > 0)
                kept[id] = model.DeepClone();
        }
        return kept;
    }

    /// <summary>The name under which an entry stands already, in whatever case: a file has each model once.</summary>
    private static string Key(JsonObject entries, string id) =>
        entries.Select(entry => entry.Key).FirstOrDefault(key => string.Equals(key, id, StringComparison.OrdinalIgnoreCase)) ?? id;

    private static JsonObject? OtherPrices(JsonObject entries, string id) => entries[Key(entries, id)]?["prices"]?.DeepClone() as JsonObject;

    private static JsonObject Entry(ListedModel model, ListedPrices prices, QwenModel? known, JsonObject? others)
    {
        var entry = new JsonObject { ["asOf"] = Text(prices.Day) };
        Add(entry, "contextWindow", model.ContextWindow);
        Add(entry, "maxInputTokens", model.MaxInputTokens);
        Add(entry, "maxOutputTokens", model.MaxOutputTokens);
        Add(entry, "maxThinkingTokens", model.MaxThinkingTokens);
        // The list knows nothing of documents, and calls vectors text.
        if (known is null or { InputModalities.Count: 0 })
            Add(entry, "inputModalities", model.InputModalities);
        if (known is null or { OutputModalities.Count: 0 })
            Add(entry, "outputModalities", model.OutputModalities);
        Add(entry, "features", model.Features);
        if (model.OfflineDate is { } last)
            entry["offlineDate"] = Text(last);
        var regions = others ?? [];
        if (prices.Region is { } region && model.Tiers.Count > 0)
        {
            regions[region.ToString()] = new JsonObject
            {
                ["currency"] = prices.Currency,
                ["asOf"] = Text(prices.Day),
                ["tiers"] = new JsonArray([.. model.Tiers.Select(Tier)]),
            };
        }
        if (regions.Count > 0)
            entry["prices"] = regions;
        return entry;
    }

    private static JsonNode Tier(QwenModelPrice price)
    {
        var tier = new JsonObject();
        if (price.TimeBand is not null)
            tier["timeBand"] = price.TimeBand;
        Add(tier, "upToInputTokens", price.UpToInputTokens);
        foreach (var (name, amount) in new[]
        {
            ("input", price.Input), ("output", price.Output), ("thinkingOutput", price.ThinkingOutput), ("implicitCacheHit", price.ImplicitCacheHit),
            ("explicitCacheCreation", price.ExplicitCacheCreation), ("explicitCacheHit", price.ExplicitCacheHit),
            ("batchInput", price.BatchInput), ("batchOutput", price.BatchOutput),
        })
        {
            if (amount is { } known)
                tier[name] = known;
        }
        return tier;
    }

    private static void Add(JsonObject entry, string name, int? count)
    {
        if (count is { } known)
            entry[name] = known;
    }

    private static void Add(JsonObject entry, string name, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
            entry[name] = new JsonArray([.. words.Select(word => (JsonNode)word)]);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
