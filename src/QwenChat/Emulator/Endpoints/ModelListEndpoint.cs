using System.Globalization;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// The native model list, with context windows, features, prices and end dates (wire §19). The emulator represents the Singapore region, so the catalog's
/// data for that region is returned. Descriptions of models are omitted.
/// </summary>
internal static class ModelListEndpoint
{
    private const int Kilo = 1024, Million = 1_000_000;

    public static Task<EmulatedAnswer> ListAsync(ApiCall call)
    {
        var request = call.Request;
        string? exact = request.QueryValue("model"), part = request.QueryValue("name");
        string[] capabilities = [.. request.QueryValues("capabilities")], features = [.. request.QueryValues("features")];
        bool isEnglish = request.QueryValue("language") == "en-US";
        var entries = EmulatedModels.Listed
            .Where(model => (exact is null || model.Id == exact) && (part is null || model.Id.Contains(part, StringComparison.OrdinalIgnoreCase))
                && (capabilities.Length == 0 || Capabilities(model).Intersect(capabilities).Any()) && features.All(model.Features.Contains))
            .Select(model => (Func<JsonObject>)(() => Show(model, isEnglish))).ToArray();
        return Task.FromResult<EmulatedAnswer>(NativePage.Of(call, "models", entries));
    }

    private static JsonObject Show(QwenModel model, bool isEnglish) => new()
    {
        ["model"] = model.Id,
        ["name"] = model.Id,
        ["description"] = "",
        ["provider"] = model.Id.StartsWith("qw", StringComparison.Ordinal) || model.Id.StartsWith("text-", StringComparison.Ordinal) ? "qwen" : null,
        ["capabilities"] = Words(Capabilities(model)),
        ["features"] = Words(model.Features),
        ["prices"] = new JsonArray([.. Ranges(model, isEnglish)]),
        ["published_time"] = null,
        ["inference_metadata"] = new JsonObject
        {
            ["request_modality"] = Words(model.InputModalities.Where(form => form != "file").Select(Capital)),
            ["response_modality"] = Words(model.OutputModalities.Select(form => form == "embedding" ? "Text" : Capital(form))),
        },
        ["model_info"] = new JsonObject
        {
            ["context_window"] = model.ContextWindow,
            ["max_input_tokens"] = model.MaxInputTokens,
            ["max_output_tokens"] = model.MaxOutputTokens,
            ["max_reasoning_tokens"] = model.MaxThinkingTokens,
        },
        ["equivalent_snapshot"] = null,
        ["inference_offline_info"] = model.OfflineDate is { } last
            ? new JsonObject { ["offline_time"] = last.ToString("yyyy-MM-dd 00:00:00", CultureInfo.InvariantCulture) } : null,
    };

    private static IEnumerable<string> Capabilities(QwenModel model)
    {
        if (model.OutputModalities.Contains("embedding"))
        {
            yield return "TR";
            yield break;
        }
        yield return model.OutputModalities.Contains("audio") ? "Multimodal-Omni" : "TG";
        if (model.Thinking is not (null or "Never"))
            yield return "Reasoning";
        if (model.InputModalities.Contains("image"))
            yield return "VU";
    }

    /// <summary>
    /// Returns the price tiers as the service groups them: one group for each range of input lengths, with the prices for all times of day.
    /// </summary>
    private static IEnumerable<JsonNode> Ranges(QwenModel model, bool isEnglish)
    {
        var ranges = model.Prices.Where(price => price.RegionKind == QwenRegion.Singapore).GroupBy(price => price.UpToInputTokens).ToArray();
        string below = "";
        foreach (var range in ranges)
        {
            string? most = range.Key is { } tokens ? Size(tokens) : model.ContextWindow is { } window ? Size(window) : null;
            string name = (isEnglish ? "Input" : "输入") + (most is null ? "" : "<=" + most);
            yield return new JsonObject
            {
                ["range_name"] = ranges.Length == 1 ? "Default" : below + name,
                ["prices"] = new JsonArray([.. range.SelectMany(price => Rows(price, isEnglish))]),
            };
            below = most + "<";
        }
    }

    private static IEnumerable<JsonNode> Rows(QwenModelPrice price, bool isEnglish)
    {
        (string Type, decimal? Price)[] rows =
        [
            ("input_token", price.Input), ("output_token", price.Output), ("thinking_output_token", price.ThinkingOutput),
            ("input_token_cache", price.ImplicitCacheHit), ("input_token_cache_creation_5m", price.ExplicitCacheCreation),
            ("input_token_cache_read", price.ExplicitCacheHit), ("input_token_batch", price.BatchInput), ("output_token_batch", price.BatchOutput),
        ];
        return rows.Where(row => row.Price is not null).Select(row => new JsonObject
        {
            ["type"] = row.Type,
            ["price"] = row.Price!.Value.ToString(CultureInfo.InvariantCulture),
            ["price_unit"] = isEnglish ? "Per 1M tokens" : "每百万tokens",
            ["price_name"] = row.Type,
            ["time_band"] = price.TimeBand ?? "standard",
        });
    }

    private static string Size(int tokens) => tokens == Million ? "1m"
        : tokens % Kilo == 0 ? string.Create(CultureInfo.InvariantCulture, $"{tokens / Kilo}k") : tokens.ToString(CultureInfo.InvariantCulture);

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);
}
