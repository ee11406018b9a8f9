using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace QwenChat.Protocols.Catalogue;

/// <summary>
/// Reads one model's prices in the service's list. A row type must match completely, because cache and batch types also contain <c>input</c> (wire §19). If
/// any row cannot be read, all prices of the model are unknown.
/// </summary>
internal static partial class PriceRows
{
    private const decimal HighestPrice = 1_000_000_000;

    private static readonly string[] s_known =
    [
        "input_token", "output_token", "thinking_input_token", "thinking_output_token", "embedding_token",
        "input_token_cache", "input_token_cache_creation_5m", "input_token_cache_read",
        "thinking_input_token_cache", "thinking_input_token_cache_creation_5m", "thinking_input_token_cache_read",
        "input_token_batch", "output_token_batch",
        // The prices of the Batch Chat API, which QwenChat does not use.
        "input_token_batch_chat", "output_token_batch_chat",
    ];

    /// <summary>Reads the tiers, grouped by time of day.</summary>
    /// <returns>The tiers, or none if the model has no token prices; the error if the tiers cannot be read; and the unknown row types.</returns>
    public static (IReadOnlyList<QwenModelPrice> Tiers, string? Fault, IReadOnlyList<string> Unknown) Read(JsonElement model)
    {
        string[] unknown = [.. ListingValue.List(model, "prices").SelectMany(range => ListingValue.List(range, "prices"))
            .Select(row => ListingValue.Text(row, "type")).OfType<string>().Except(s_known).Order(StringComparer.Ordinal)];
        var tiers = new List<(PriceRange Range, QwenModelPrice Price)>();
        try
        {
            foreach (var range in ListingValue.List(model, "prices"))
            {
                string? name = ListingValue.Text(range, "range_name");
                foreach (var band in Rows(range).GroupBy(row => row.Band))
                {
                    tiers.Add((PriceRange.Read(name) ?? throw new FormatException($"the range '{name}' is unknown"), Tier(band, name)));
                }
            }
            return ([.. tiers.GroupBy(tier => tier.Price.TimeBand).OrderBy(band => band.Key, StringComparer.Ordinal).SelectMany(Rising)], null, unknown);
        }
        catch (FormatException fault)
        {
            return ([], fault.Message, unknown);
        }
    }

    private static List<(string Type, string? Band, decimal Price)> Rows(JsonElement range)
    {
        var rows = new List<(string Type, string? Band, decimal Price)>();
        foreach (var row in ListingValue.List(range, "prices"))
        {
            if (ListingValue.Text(row, "type") is not { } type || !s_known.Contains(type))
                continue;
            string? unit = ListingValue.Text(row, "price_unit");
            if (unit is null || !PerMillion().IsMatch(unit.Replace(" ", "", StringComparison.Ordinal)))
                throw new FormatException($"the price of {type} has the unknown unit '{unit}'");
            string? band = ListingValue.Text(row, "time_band") is { Length: > 0 } named && named != "standard" ? named : null;
            rows.Add((type, band, Amount(row, type)));
        }
        return rows;
    }

    private static decimal Amount(JsonElement row, string type)
    {
        string? text = ListingValue.Text(row, "price") ?? ListingValue.Number(row, "price")?.ToString(CultureInfo.InvariantCulture);
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal price) && price <= HighestPrice ? price
            : throw new FormatException($"the price of {type} is not valid: '{text}'");
    }

    private static QwenModelPrice Tier(IEnumerable<(string Type, string? Band, decimal Price)> rows, string? range)
    {
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
        string? band = null;
        foreach (var row in rows)
        {
            band = row.Band;
            if (!prices.TryAdd(row.Type, row.Price) && prices[row.Type] != row.Price)
                throw new FormatException($"there are two different prices of {row.Type} for '{range}'");
        }
        decimal? Of(string type) => prices.TryGetValue(type, out decimal price) ? price : null;

        decimal? input = Of("input_token"), thinking = Of("thinking_input_token"), output = Of("output_token"), thinkingOutput = Of("thinking_output_token");
        if (input is not null && thinking is not null && input != thinking)
            throw new FormatException(FormattableString.Invariant(
                $"the price of input is {input} without thinking and {thinking} with thinking for '{range}'"));
        // The list contains neither region nor currency. They are added when the catalog file is written.
        return new QwenModelPrice
        {
            Currency = "",
            TimeBand = band,
            Input = input ?? thinking ?? Of("embedding_token") ?? throw new FormatException($"there is no input price for '{range}'"),
            Output = output ?? thinkingOutput,
            ThinkingOutput = output is null ? null : thinkingOutput,
            ImplicitCacheHit = Of("input_token_cache") ?? Of("thinking_input_token_cache"),
            ExplicitCacheCreation = Of("input_token_cache_creation_5m") ?? Of("thinking_input_token_cache_creation_5m"),
            ExplicitCacheHit = Of("input_token_cache_read") ?? Of("thinking_input_token_cache_read"),
            BatchInput = Of("input_token_batch"),
            BatchOutput = Of("output_token_batch"),
        };
    }

    /// <summary>
    /// Returns the tiers of one time of day in ascending order. The tiers must be contiguous. The limit of the last tier is removed, because the service
    /// rejects longer requests anyway.
    /// </summary>
    private static IEnumerable<QwenModelPrice> Rising(IEnumerable<(PriceRange Range, QwenModelPrice Price)> band)
    {
        int? reached = 0;
        var ordered = band.OrderBy(tier => tier.Range.From).ToArray();
        foreach (var (range, price) in ordered)
        {
            if (range.From != reached)
                throw new FormatException($"the tiers are not contiguous at {range.From} tokens");
            reached = range.UpTo;
        }
        return ordered.Select((tier, index) => tier.Price with { UpToInputTokens = index == ordered.Length - 1 ? null : tier.Range.UpTo });
    }

    [GeneratedRegex("^(?:每|per|/)?1?(?:百万|million|m)(?:个)?tokens?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PerMillion();
}
