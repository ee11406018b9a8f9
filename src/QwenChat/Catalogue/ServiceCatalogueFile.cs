using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Catalogue;

/// <summary>Reads and writes the catalog file with the service's list. A new list is merged into the earlier file.</summary>
internal static class ServiceCatalogueFile
{
    /// <summary>The name of the file in the user folder.</summary>
    public const string Name = "models.json";

    /// <summary>The advice for an error in the file that Update-QwenModelCatalog wrote.</summary>
    private const string Remedy = "The file is ignored. Run Update-QwenModelCatalog to write it again.";

    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates the file from the service's list for one region, and keeps the models and prices of the earlier file for other regions.</summary>
    /// <param name="before">The models of the earlier file; null if there is no earlier file.</param>
    /// <param name="listed">The service's list.</param>
    /// <param name="prices">The region, currency and date of the prices.</param>
    /// <param name="known">The built-in catalog, whose modalities are more exact than those of the list.</param>
    public static byte[] Make(ModelList? before, IReadOnlyList<ListedModel> listed, ListedPrices prices, ModelList known)
    {
        var models = new Dictionary<string, QwenModel>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in before?.All ?? [])
        {
            var others = model.Prices.Where(price => price.RegionKind != prices.Region).ToArray();
            if (others.Length > 0)
                models[model.Id] = model with { Prices = others };
        }
        foreach (var model in listed)
            models[model.Id] = Over(models.GetValueOrDefault(model.Id), model, prices, known.Find(model.Id));
        var file = new JsonObject
        {
            ["about"] = $"Written by Update-QwenModelCatalog from the service's own list, on {Text(prices.Day)}. The command overwrites this file, so "
                + $"put your own data into a separate file, and set {ModelCatalogue.FileVariable} to its path.",
            ["models"] = new JsonObject(models.Values.Select(model => KeyValuePair.Create(model.Id, (JsonNode?)Entry(model)))),
        };
        return JsonSerializer.SerializeToUtf8Bytes(file, s_options);
    }

    /// <summary>
    /// Reads the file that Update-QwenModelCatalog wrote. A damaged file, or a file from a later version, is ignored, because a command must not fail
    /// due to a file that the user did not write.
    /// </summary>
    public static (ModelFile? File, string? Fault) ReadOrIgnore(string? path, ModelFile builtIn)
    {
        try
        {
            var file = Read(path);
            if (file is not null)
                ModelList.Merge(builtIn, file);
            return (file, null);
        }
        catch (QwenException broken)
        {
            return (null, broken.Message);
        }
    }

    /// <summary>Reads the file. Returns null if the file does not exist.</summary>
    /// <exception cref="QwenException">The file is damaged or cannot be read.</exception>
    public static ModelFile? Read(string? path)
    {
        try
        {
            return path is not null && File.Exists(path) ? ModelFile.Read(path, File.ReadAllBytes(path), Remedy) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest, $"The model catalog '{path}' cannot be read: {e.Message} {Remedy}", e);
        }
    }

    private static QwenModel Over(QwenModel? before, ListedModel listed, ListedPrices prices, QwenModel? known) => new()
    {
        Id = listed.Id,
        AsOf = prices.Day,
        ContextWindow = listed.ContextWindow,
        MaxInputTokens = listed.MaxInputTokens,
        MaxOutputTokens = listed.MaxOutputTokens,
        MaxThinkingTokens = listed.MaxThinkingTokens,
        // The list omits document input, so it does not replace the modalities in the built-in catalog.
        InputModalities = known is null or { InputModalities.Count: 0 } ? listed.InputModalities : [],
        OutputModalities = known is null or { OutputModalities.Count: 0 } ? listed.OutputModalities : [],
        Features = listed.Features,
        OfflineDate = listed.OfflineDate,
        Prices =
        [
            .. before?.Prices ?? [],
            .. prices.Region is { } region ? listed.Tiers.Select(tier => tier with { RegionKind = region, Currency = prices.Currency, AsOf = prices.Day }) : [],
        ],
    };

    private static JsonObject Entry(QwenModel model)
    {
        var entry = new JsonObject();
        Add(entry, "asOf", model.AsOf);
        Add(entry, "contextWindow", model.ContextWindow);
        Add(entry, "maxInputTokens", model.MaxInputTokens);
        Add(entry, "maxOutputTokens", model.MaxOutputTokens);
        Add(entry, "maxThinkingTokens", model.MaxThinkingTokens);
        Add(entry, "inputModalities", model.InputModalities);
        Add(entry, "outputModalities", model.OutputModalities);
        Add(entry, "features", model.Features);
        Add(entry, "offlineDate", model.OfflineDate);
        if (model.Prices.Count > 0)
            entry["prices"] = new JsonObject(model.Prices.GroupBy(price => price.Region)
                .Select(region => KeyValuePair.Create(region.Key, (JsonNode?)Region(region))));
        return entry;
    }

    private static JsonObject Region(IEnumerable<QwenModelPrice> tiers)
    {
        var first = tiers.First();
        var region = new JsonObject { ["currency"] = first.Currency };
        Add(region, "asOf", first.AsOf);
        region["tiers"] = new JsonArray([.. tiers.Select(Tier)]);
        return region;
    }

    private static JsonNode Tier(QwenModelPrice price)
    {
        var tier = new JsonObject();
        if (price.TimeBand is not null)
            tier["timeBand"] = price.TimeBand;
        Add(tier, "upToInputTokens", price.UpToInputTokens);
        Add(tier, "input", price.Input);
        Add(tier, "output", price.Output);
        Add(tier, "thinkingOutput", price.ThinkingOutput);
        Add(tier, "implicitCacheHit", price.ImplicitCacheHit);
        Add(tier, "explicitCacheCreation", price.ExplicitCacheCreation);
        Add(tier, "explicitCacheHit", price.ExplicitCacheHit);
        Add(tier, "batchInput", price.BatchInput);
        Add(tier, "batchOutput", price.BatchOutput);
        return tier;
    }

    private static void Add(JsonObject entry, string name, int? count)
    {
        if (count is { } known)
            entry[name] = known;
    }

    private static void Add(JsonObject entry, string name, decimal? price)
    {
        if (price is { } known)
            entry[name] = known;
    }

    private static void Add(JsonObject entry, string name, DateOnly? day)
    {
        if (day is { } known)
            entry[name] = Text(known);
    }

    private static void Add(JsonObject entry, string name, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
            entry[name] = new JsonArray([.. words.Select(word => (JsonNode)word)]);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
