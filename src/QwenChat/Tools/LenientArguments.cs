using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// Converts values that do not match the schema but are unambiguous: <c>"true"</c> and 1 for a boolean, a number in a string, a single value for an
/// array, JSON in a string, names and enumeration values in a different case, and null for an optional argument.
/// </summary>
internal static class LenientArguments
{
    /// <summary>
    /// Converts a value so that it matches its schema. A value that cannot be converted is returned unchanged, and the schema check reports it.
    /// </summary>
    public static JsonNode? Fit(JsonNode? value, JsonNode? given)
    {
        if (given is not JsonObject schema)
            return value?.DeepClone();
        string? text = ToolSchema.TextOf(value);
        if (Wants(schema, "array") && value is not JsonArray && value is not null && !Accepts(schema, value))
        {
            var elements = (text is null ? null : Parse(text, '[')) ?? new JsonArray(value.DeepClone());
            return Fit(elements, schema);
        }
        if (Wants(schema, "object") && text is not null && !Accepts(schema, value) && Parse(text, '{') is { } members)
            return Fit(members, schema);
        return value switch
        {
            JsonArray list => new JsonArray(list.Select(element => Fit(element, schema["items"])).ToArray()),
            JsonObject table => FitMembers(table, schema),
            JsonValue when Accepts(schema, value) => FitWord(value, text, schema),
            JsonValue => FitScalar(value, text, schema),
            _ => null,
        };
    }

    private static JsonObject FitMembers(JsonObject table, JsonObject schema)
    {
        var properties = schema["properties"] as JsonObject;
        var required = ToolSchema.RequiredOf(schema);
        var fitted = new JsonObject();
        foreach (var (name, member) in table)
        {
            string known = properties?.FirstOrDefault(own => own.Key == name).Key
                ?? properties?.FirstOrDefault(own => own.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Key ?? name;
            if (fitted.ContainsKey(known))
                continue;
            var own = properties?[known] ?? (schema["additionalProperties"] as JsonObject);
            if (member is null && own is JsonObject { Count: > 0 } rule && !ToolSchema.Allows(rule, "null") && !required.Contains(known))
                continue;
            fitted[known] = Fit(member, own);
        }
        return fitted;
    }

    private static JsonNode FitScalar(JsonNode value, string? text, JsonObject schema)
    {
        if (Wants(schema, "boolean"))
        {
            if (text is not null && bool.TryParse(text.Trim(), out bool flag))
                return flag;
            if (value.ToJsonString() is "0" or "1" && text is null)
                return value.ToJsonString() == "1";
        }
        if (text is not null && Wants(schema, "integer") && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return whole;
        if (text is not null && Wants(schema, "number")
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            return number;
        return value.DeepClone();
    }

    private static JsonNode FitWord(JsonNode value, string? text, JsonObject schema) =>
        text is not null && schema["enum"] is JsonArray words && !words.Any(word => ToolSchema.TextOf(word) == text)
        && words.FirstOrDefault(word => string.Equals(ToolSchema.TextOf(word), text, StringComparison.OrdinalIgnoreCase)) is { } known
        ? known.DeepClone() : value.DeepClone();

    private static bool Wants(JsonObject schema, string type) => ToolSchema.TypesOf(schema)?.Contains(type) == true;

    private static bool Accepts(JsonObject schema, JsonNode? value)
    {
        string type = JsonKind.Of(value);
        return ToolSchema.Allows(schema, type) || (type == "integer" && ToolSchema.Allows(schema, "number"));
    }

    private static JsonNode? Parse(string text, char start)
    {
        if (!text.TrimStart().StartsWith(start))
            return null;
        try
        {
            // JsonNode would detect a duplicate name only later, when it reads the object that contains the name.
            using var document = JsonDocument.Parse(text);
            return UniqueNames.Find(document.RootElement) is null ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
