using System.Globalization;
using System.Text.Json;
using QwenChat.Catalogue;

namespace QwenChat.Protocols.Catalogue;

/// <summary>Reads one model from the service's model list (wire §19). Data in an undocumented format is treated as missing.</summary>
internal static class ListedModelReader
{
    private static readonly string[] s_inputs = ["text", "image", "video", "audio"];
    private static readonly string[] s_outputs = ["text", "audio"];

    /// <summary>The smallest plausible token limit. A smaller limit is ignored, because it would make the model unusable.</summary>
    private const int FewestTokens = 256;

    /// <summary>A number greater than this is read as a date in milliseconds, although the documentation shows dates only as strings.</summary>
    private const double FirstMilliseconds = 1e11;

    /// <returns>Null for an entry without a name.</returns>
    public static ListedModel? Read(JsonElement entry)
    {
        if (ListingValue.Name(entry, "model") is not { } id)
            return null;
        var limits = ListingValue.Object(entry, "model_info");
        var forms = ListingValue.Object(entry, "inference_metadata");
        bool embeds = Words(entry, "capabilities").Contains("TR");
        var (tiers, fault, unknown) = PriceRows.Read(entry);
        return new ListedModel(id)
        {
            ContextWindow = Count(limits, "context_window"),
            MaxInputTokens = Count(limits, "max_input_tokens"),
            MaxOutputTokens = Count(limits, "max_output_tokens"),
            MaxThinkingTokens = Count(limits, "max_reasoning_tokens"),
            InputModalities = Modalities(forms, "request_modality", s_inputs),
            OutputModalities = embeds ? ["embedding"] : Modalities(forms, "response_modality", s_outputs),
            Features = Words(entry, "features"),
            OfflineDate = LastDay(ListingValue.Object(entry, "inference_offline_info")),
            Tiers = tiers,
            PriceFault = fault,
            UnknownPrices = unknown,
        };
    }

    private static int? Count(JsonElement? parent, string member) =>
        ListingValue.Number(parent, member) is { } number and >= FewestTokens and <= int.MaxValue && number == Math.Floor(number) ? (int)number : null;

    private static string[] Words(JsonElement? parent, string member) => [.. ListingValue.List(parent, member)
        .Where(word => word.ValueKind == JsonValueKind.String).Select(word => ListingValue.TextOf(word)).OfType<string>()
        .Where(word => word.Length is > 0 and <= ListingValue.LongestName && !word.Any(char.IsControl)).Distinct()];

    private static string[] Modalities(JsonElement? parent, string member, string[] known) =>
        [.. Words(parent, member).Select(word => word.ToLowerInvariant()).Where(known.Contains).Distinct()];

    /// <summary>
    /// Returns the earliest date on which the model is discontinued. The documentation has only <c>offline_time</c>. Other clients also read
    /// <c>offlineTime</c>, and a date for each purpose of the model (wire §19).
    /// </summary>
    private static DateOnly? LastDay(JsonElement? info) => info is not { } value ? null
        : value.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object).Select(member => member.Value).Prepend(value)
            .SelectMany(dates => new[] { Day(dates, "offline_time"), Day(dates, "offlineTime") }).Min();

    private static DateOnly? Day(JsonElement parent, string member)
    {
        if (ListingValue.Text(parent, member) is { Length: >= 10 } text
            && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day;
        return ListingValue.Number(parent, member) is { } number and > FirstMilliseconds and < 1e14
            ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds((long)number).UtcDateTime) : null;
    }
}
