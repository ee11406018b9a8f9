using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Tools;

/// <summary>
/// Generates deterministic arguments that match the schema of a function. A required property gets its constant or default value, or the first value of
/// its enumeration or examples. Otherwise, it gets a simple value of its type. A <c>pattern</c> is ignored.
/// </summary>
internal sealed class SampleArguments
{
    private const int MaximumDepth = 16;
    private const int MaximumLength = 4096;
    private const decimal MaximumNumber = 1e18m;
    private const decimal LeastStep = 1e-6m;
    private readonly JsonElement _root;

    // The number of values is limited, because it grows exponentially if a schema refers to itself more than once.
    private int _valuesLeft = 1000;

    private SampleArguments(JsonElement root) => _root = root;

    public static string For(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        var value = new SampleArguments(document.RootElement).Sample(document.RootElement, "value", 0) as JsonObject ?? [];
        return System.Text.Encoding.UTF8.GetString(EmulatorJson.ToBytes(value));
    }

    private JsonNode? Sample(JsonElement schema, string name, int depth)
    {
        if (--_valuesLeft < 0 || depth > MaximumDepth)
            return null;
        foreach (string fixedValue in (ReadOnlySpan<string>)["const", "default"])
        {
            if (schema.Get(fixedValue) is { ValueKind: not JsonValueKind.Undefined } value)
                return value.ToNode();
        }
        if (schema.Get("enum").Elements().Concat(schema.Get("examples").Elements()).FirstOrDefault() is { ValueKind: not JsonValueKind.Undefined } first)
            return first.ToNode();
        if (schema.Text("$ref") is { } reference)
            return Sample(Resolve(reference), name, depth + 1);
        foreach (string choice in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (schema.Get(choice).Elements().FirstOrDefault() is { ValueKind: JsonValueKind.Object } option)
                return Sample(option, name, depth + 1);
        }
        return TypeOf(schema) switch
        {
            "object" => SampleObject(schema, depth),
            "array" => SampleArray(schema, name, depth),
            "integer" or "number" => SampleNumber(schema),
            "boolean" => true,
            "null" => null,
            _ => SampleText(schema, name),
        };
    }

    private static string TypeOf(JsonElement schema) =>
        schema.Text("type")
        ?? schema.Get("type").Elements().Select(type => type.GetString()).FirstOrDefault(type => type != "null")
        ?? (schema.Get("properties").Exists() ? "object" : schema.Get("items").Exists() ? "array" : "string");

    private JsonObject SampleObject(JsonElement schema, int depth)
    {
        var sample = new JsonObject();
        var properties = schema.Get("properties");
        foreach (var required in schema.Get("required").Elements().Where(required => required.ValueKind == JsonValueKind.String))
        {
            string name = required.GetString()!;
            sample[name] = Sample(properties.Get(name), name, depth + 1);
        }
        return sample;
    }

    private JsonArray SampleArray(JsonElement schema, string name, int depth)
    {
        int count = Math.Clamp(schema.Integer("minItems") ?? 1, 0, 100);
        if (schema.Integer("maxItems") is { } most)
            count = Math.Min(count, most);
        var sample = new JsonArray();
        for (int i = 0; i < count && _valuesLeft > 0; i++)
            sample.Add(Sample(schema.Get("items"), name, depth + 1));
        return sample;
    }

    private static JsonNode SampleNumber(JsonElement schema)
    {
        decimal? least = Number(schema, "minimum") ?? Number(schema, "exclusiveMinimum") + 1;
        decimal? most = Number(schema, "maximum") ?? Number(schema, "exclusiveMaximum") - 1;
        decimal value = least ?? Math.Min(1, most ?? 1);
        if (Number(schema, "multipleOf") is >= LeastStep and { } step)
            value = Math.Ceiling(value / step) * step;
        return value == decimal.Truncate(value) && value is >= long.MinValue and <= long.MaxValue ? (long)value : value;
    }

    private static decimal? Number(JsonElement schema, string name) =>
        schema.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out decimal number) && Math.Abs(number) < MaximumNumber
            ? number : null;

    private static string SampleText(JsonElement schema, string name)
    {
        string? text = schema.Text("format") switch
        {
            "date" => "2026-01-31",
            "date-time" => "2026-01-31T12:00:00Z",
            "time" => "12:00:00",
            "uuid" => "00000000-0000-0000-0000-000000000001",
            "uri" => "https://example.com/",
            "email" => "ada@example.com",
            _ => null,
        };
        if (text is not null)
            return text;
        text = name.PadRight(Math.Clamp(schema.Integer("minLength") ?? 0, 0, MaximumLength), '.');
        return schema.Integer("maxLength") is { } most && most >= 0 && most < text.Length ? text[..most] : text;
    }

    /// <summary>Returns the part of the schema to which a reference such as <c>#/$defs/place</c> refers; an Undefined element if there is none.</summary>
    private JsonElement Resolve(string reference)
    {
        var found = _root;
        foreach (string step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found.Get(step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        return found;
    }
}
