using System.Globalization;
using System.Text.Json;

namespace QwenChat.Catalogue;

/// <summary>Applies a model's entry from a catalog file: the members of the entry replace the known values of the model.</summary>
internal static class ModelEntryReader
{
    private static readonly string[] s_tools = [.. Enum.GetNames<QwenBuiltInTool>().Skip(1), ServiceToolName.RemoteMcpServer];

    /// <exception cref="QwenException">A member is unknown or has an invalid value; the error message contains the position.</exception>
    public static QwenModel Apply(QwenModel model, ModelEntry entry)
    {
        var reader = entry.File.ReaderAt(entry.Start, entry.Length);
        try
        {
            reader.Read();
            while (NextMember(ref reader, out string member))
                model = ReadMember(ref reader, member, model);
            return model;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            // InvalidOperationException: thrown by the reader for text that is not UTF-8.
            throw entry.File.Broken(entry.Start + (int)reader.TokenStartIndex, $"Model '{entry.Id}': {e.Message}", e);
        }
    }

    private static QwenModel ReadMember(ref Utf8JsonReader reader, string member, QwenModel model) => member switch
    {
        "like" => model with { Like = Text(ref reader) },
        "asOf" => model with { AsOf = Date(ref reader) },
        "contextWindow" => model with { ContextWindow = Count(ref reader) },
        "maxInputTokens" => model with { MaxInputTokens = Count(ref reader) },
        "maxResponsesInputTokens" => model with { MaxResponsesInputTokens = Count(ref reader) },
        "maxOutputTokens" => model with { MaxOutputTokens = Count(ref reader) },
        "thinking" => model with { Thinking = OneOf(ref reader, "Never", "Off", "On", "Only") },
        "maxThinkingTokens" => model with { MaxThinkingTokens = Count(ref reader) },
        "preserveThinking" => model with { PreserveThinking = OneOf(ref reader, "Never", "Optional", "Required") ?? "Never" },
        "takesMaxCompletionTokens" => model with { TakesMaxCompletionTokens = Truth(ref reader) },
        "takesJsonSchema" => model with { TakesJsonSchema = Truth(ref reader) },
        "builtInTools" => model with { BuiltInTools = ReadTools(ref reader) },
        "streamOnly" => model with { StreamOnly = Truth(ref reader) },
        "singleTurn" => model with { SingleTurn = Truth(ref reader) },
        "apis" => model with { ApiKinds = List(ref reader, (ref Utf8JsonReader r) => Named<QwenApi>(Text(ref r))) },
        "nativeEndpoint" => model with { NativeEndpoint = OneOf(ref reader, "text-generation", "multimodal-generation") },
        "inputModalities" =>
            model with { InputModalities = List(ref reader, (ref Utf8JsonReader r) => OneOf(ref r, "text", "image", "video", "audio", "file")!) },
        "outputModalities" => model with { OutputModalities = List(ref reader, (ref Utf8JsonReader r) => OneOf(ref r, "text", "audio", "embedding")!) },
        "embeddingDimensions" => model with { EmbeddingDimensions = List(ref reader, (ref Utf8JsonReader r) => Count(ref r)!.Value) },
        "defaultEmbeddingDimension" => model with { DefaultEmbeddingDimension = Count(ref reader) },
        "maxTextsPerRequest" => model with { MaxTextsPerRequest = Count(ref reader) },
        "features" => model with { Features = List(ref reader, (ref Utf8JsonReader r) => Text(ref r)!) },
        "offlineDate" => model with { OfflineDate = Date(ref reader) },
        "prices" => model with { Prices = ReadPrices(ref reader, model.Prices) },
        "note" => model with { Note = Text(ref reader) },
        _ => throw Unknown(member, "a model entry", "Get-QwenModel shows"),
    };

    private static Dictionary<string, IReadOnlyList<string>> ReadTools(ref Utf8JsonReader reader)
    {
        var tools = new Dictionary<string, IReadOnlyList<string>>();
        if (!EnterObject(ref reader))
            return tools;
        while (NextMember(ref reader, out string api))
        {
            if (api is not ("Responses" or "ChatCompletions" or "DashScope"))
                throw new FormatException($"'{api}' is not one of Responses, ChatCompletions, DashScope.");
            tools[api] = List(ref reader, (ref Utf8JsonReader r) => OneOf(ref r, s_tools)!);
        }
        return tools;
    }

    /// <summary>Reads prices. The prices of a region replace all known prices of the region; the known prices of other regions are kept.</summary>
    private static List<QwenModelPrice> ReadPrices(ref Utf8JsonReader reader, IReadOnlyList<QwenModelPrice> known)
    {
        if (!EnterObject(ref reader))
            return [];
        var prices = new List<QwenModelPrice>(known);
        while (NextMember(ref reader, out string member))
        {
            var region = Named<QwenRegion>(member);
            prices.RemoveAll(price => price.RegionKind == region);
            prices.AddRange(ReadRegion(ref reader, region));
        }
        return prices;
    }

    private static IEnumerable<QwenModelPrice> ReadRegion(ref Utf8JsonReader reader, QwenRegion region)
    {
        if (!EnterObject(ref reader))
            return [];
        string? currency = null;
        DateOnly? asOf = null;
        QwenModelPrice[] tiers = [];
        while (NextMember(ref reader, out string member))
        {
            switch (member)
            {
                case "currency":
                    currency = Text(ref reader);
                    break;
                case "asOf":
                    asOf = Date(ref reader);
                    break;
                case "tiers":
                    tiers = List(ref reader, ReadTier);
                    break;
                default:
                    throw new FormatException($"'{member}' is not a member of a region's prices. The members are 'currency', 'asOf' and 'tiers'.");
            }
        }
        if (string.IsNullOrEmpty(currency))
            throw new FormatException("Prices need a 'currency', such as CNY or USD.");
        foreach (var band in tiers.GroupBy(tier => tier.TimeBand))
        {
            if (band.Zip(band.Skip(1)).Any(pair => !(pair.First.UpToInputTokens < (pair.Second.UpToInputTokens ?? int.MaxValue))))
                throw new FormatException("The 'upToInputTokens' values must increase from tier to tier; only the last tier of each 'timeBand' can omit it.");
        }
        return tiers.Select(tier => tier with { RegionKind = region, Currency = currency!, AsOf = asOf });
    }

    private static QwenModelPrice ReadTier(ref Utf8JsonReader reader)
    {
        // Region and currency are outside the tiers and are set after all tiers are read.
        var tier = new QwenModelPrice { RegionKind = default, Currency = "" };
        EnterObject(ref reader);
        while (NextMember(ref reader, out string member))
        {
            tier = member switch
            {
                "upToInputTokens" => tier with { UpToInputTokens = Count(ref reader) },
                "input" => tier with { Input = Price(ref reader) },
                "output" => tier with { Output = Price(ref reader) },
                "thinkingOutput" => tier with { ThinkingOutput = Price(ref reader) },
                "implicitCacheHit" => tier with { ImplicitCacheHit = Price(ref reader) },
                "explicitCacheCreation" => tier with { ExplicitCacheCreation = Price(ref reader) },
                "explicitCacheHit" => tier with { ExplicitCacheHit = Price(ref reader) },
                "batchInput" => tier with { BatchInput = Price(ref reader) },
                "batchOutput" => tier with { BatchOutput = Price(ref reader) },
                "timeBand" => tier with { TimeBand = Text(ref reader) },
                _ => throw Unknown(member, "a price tier", "Get-QwenModel shows for a price"),
            };
        }
        return tier;
    }

    /// <summary>Returns false for null, which means an object without members.</summary>
    private static bool EnterObject(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.Null => false,
        _ => throw new FormatException("The value must be an object."),
    };

    private static bool NextMember(ref Utf8JsonReader reader, out string member)
    {
        bool more = reader.Read() && reader.TokenType == JsonTokenType.PropertyName;
        member = more ? reader.GetString()! : "";
        return more && reader.Read();
    }

    private delegate T ElementReader<T>(ref Utf8JsonReader reader);

    private static T[] List<T>(ref Utf8JsonReader reader, ElementReader<T> read)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return [];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException("The value must be a list: [ … ].");
        var list = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            list.Add(reader.TokenType == JsonTokenType.Null ? throw new FormatException("A list cannot contain null.") : read(ref reader));
        return [.. list];
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Null => null,
        _ => throw new FormatException("The value must be a string in quotation marks."),
    };

    private static bool Truth(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw new FormatException("The value must be true or false."),
    };

    private static int? Count(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int count) && count > 0
            ? count
            : throw new FormatException("The value must be a whole number greater than 0, without separators.");
    }

    private static decimal? Price(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out decimal price) && price >= 0
            ? price
            : throw new FormatException("The value must be a price per million tokens: a number, 0 or greater.");
    }

    private static DateOnly? Date(ref Utf8JsonReader reader)
    {
        string? text = Text(ref reader);
        return text is null ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
            : throw new FormatException("The value must be a date, such as 2026-05-27.");
    }

    private static string? OneOf(ref Utf8JsonReader reader, params string[] words)
    {
        string? text = Text(ref reader);
        return text is null || words.Contains(text) ? text : throw new FormatException($"'{text}' is not one of {string.Join(", ", words)}.");
    }

    private static T Named<T>(string? name) where T : struct, Enum =>
        Enum.GetNames<T>().Contains(name) ? Enum.Parse<T>(name!)
            : throw new FormatException($"'{name}' is not one of {string.Join(", ", Enum.GetNames<T>())}.");

    private static FormatException Unknown(string member, string place, string source) =>
        new($"'{member}' is not a member of {place}. The members are the properties that {source}, with a lowercase first letter.");
}
