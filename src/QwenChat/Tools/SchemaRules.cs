using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QwenChat.Tools;

/// <summary>
/// Checks that a JSON object is a schema that <see cref="SchemaCheck"/> supports, and finds the keywords that <see cref="SchemaCheck"/> would ignore.
/// </summary>
internal sealed class SchemaRules
{
    private const int MaximumDepth = 32;

    private static readonly HashSet<string> s_types = ["string", "number", "integer", "boolean", "object", "array", "null"];

    private static readonly HashSet<string> s_notes =
    [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format", "const", "$schema", "$id", "$comment", "strict",
    ];

    private readonly JsonObject _root;
    private readonly SortedSet<string> _unchecked = new(StringComparer.Ordinal);

    private SchemaRules(JsonObject root) => _root = root;

    /// <returns>The keywords that are ignored when values are checked.</returns>
    /// <exception cref="QwenException">The schema is not valid; the message specifies the position.</exception>
    public static IReadOnlyList<string> Check(JsonObject root)
    {
        var rules = new SchemaRules(root);
        rules.Visit(root, "", 0);
        return [.. rules._unchecked];
    }

    private void Visit(JsonNode? node, string path, int depth)
    {
        if (node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return;
        if (node is not JsonObject schema)
            throw Refuse(path, $"a schema must be an object, such as {{\"type\":\"string\"}}, not {JsonKind.Show(node)}");
        if (depth > MaximumDepth)
            throw Refuse(path, $"a schema can have at most {MaximumDepth} levels");
        foreach (var (keyword, value) in schema)
            Visit(keyword, value, path, depth + 1);
    }

    private void Visit(string keyword, JsonNode? value, string path, int depth)
    {
        string place = Below(path, keyword);
        switch (keyword)
        {
            case "type":
                CheckType(value, path);
                break;
            case "properties" or "$defs" or "definitions":
                foreach (var (name, member) in value as JsonObject ?? throw Refuse(place, "it must be an object that contains schemas"))
                    Visit(member, keyword == "properties" ? Below(path, name) : Below(place, name), depth);
                break;
            case "items" or "additionalProperties":
                Visit(value, keyword == "items" ? path + "[]" : place, depth);
                break;
            case "anyOf":
                foreach (var choice in value is JsonArray { Count: > 0 } choices ? choices : throw Refuse(place, "it must be a list of schemas"))
                    Visit(choice, place, depth);
                break;
            case "enum":
                if (value is not JsonArray { Count: > 0 })
                    throw Refuse(place, "it must be a list of the allowed values");
                break;
            case "required":
                if (value is not JsonArray names || names.Any(name => ToolSchema.TextOf(name) is null))
                    throw Refuse(place, "it must be a list of names");
                break;
            case "$ref":
                CheckReference(ToolSchema.TextOf(value), place);
                break;
            case "pattern":
                CheckPattern(ToolSchema.TextOf(value), place);
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum":
                if (value?.GetValueKind() != JsonValueKind.Number)
                    throw Refuse(place, $"it must be a number, not {JsonKind.Show(value)}");
                break;
            case "minLength" or "maxLength" or "minItems" or "maxItems":
                if (JsonKind.Of(value) != "integer")
                    throw Refuse(place, $"it must be a whole number, not {JsonKind.Show(value)}");
                break;
            default:
                if (!s_notes.Contains(keyword))
                    _unchecked.Add(keyword);
                break;
        }
    }

    private static void CheckType(JsonNode? value, string path)
    {
        string?[] types = value is JsonArray several ? [.. several.Select(ToolSchema.TextOf)] : [ToolSchema.TextOf(value)];
        if (types.Length == 0 || Array.Find(types, type => type is null || !s_types.Contains(type)) is not null || types.Contains(null))
            throw Refuse(path, $"{JsonKind.Show(value)} is not a JSON Schema type. The types are {string.Join(", ", s_types)}");
    }

    // A reference that has no target, or that refers only to other references, would allow every value.
    private void CheckReference(string? reference, string place)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (string? at = reference; at is not null;)
        {
            if (!seen.Add(at))
                throw Refuse(place, $"'{reference}' refers to itself");
            if (SchemaCheck.Resolve(_root, at) is not JsonObject found || (found == _root && at != "#"))
                throw Refuse(place, $"'{reference}' does not refer to a part of the schema, such as #/$defs/name");
            at = ToolSchema.TextOf(found["$ref"]);
        }
        if (reference is null)
            throw Refuse(place, "it must be a string such as #/$defs/name");
    }

    private static void CheckPattern(string? pattern, string place)
    {
        try
        {
            _ = new Regex(pattern ?? throw Refuse(place, "it must be a regular expression"));
        }
        catch (ArgumentException broken)
        {
            throw Refuse(place, broken.Message);
        }
    }

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static QwenException Refuse(string path, string reason) =>
        new(QwenErrorKind.InvalidRequest, $"The schema is not valid{(path.Length == 0 ? "" : $" at {path}")}: {reason.TrimEnd('.')}.");
}
