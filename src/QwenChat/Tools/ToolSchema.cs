using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>Reads and writes the JSON schema of a tool's arguments.</summary>
internal static class ToolSchema
{
    public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates the schema of an object.</summary>
    public static JsonObject Of(JsonObject properties, IEnumerable<string> required)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        var names = new JsonArray(required.Select(name => (JsonNode)name).ToArray());
        if (names.Count > 0)
            schema["required"] = names;
        return schema;
    }

    public static IEnumerable<KeyValuePair<string, JsonNode?>> PropertiesOf(JsonObject schema) => schema["properties"] as JsonObject ?? [];

    public static IReadOnlyList<string> RequiredOf(JsonObject schema) =>
        schema["required"] is JsonArray names ? names.Select(TextOf).OfType<string>().ToArray() : [];

    public static bool Allows(JsonObject schema, string type) => TypesOf(schema) is not { } types || types.Contains(type);

    /// <summary>Returns the types that a schema allows; null if the schema does not specify types.</summary>
    public static IReadOnlyList<string>? TypesOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => several.Select(TextOf).OfType<string>().ToArray(),
        JsonValue one when TextOf(one) is { } type => [type],
        _ => null,
    };

    /// <summary>Returns the text of a node; null if the node is not a string.</summary>
    public static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
