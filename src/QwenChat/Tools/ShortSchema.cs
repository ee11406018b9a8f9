using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QwenChat.Tools;

/// <summary>
/// Reads the short form of a schema: fields separated by commas or line breaks, such as <c>name, age int, tags string[], category: bug|question,
/// bio?: a sentence</c>. A field consists of a name, a <c>?</c> if the field is optional, a type, and a description after a colon.
/// </summary>
internal static partial class ShortSchema
{
    private const string List = "[]";

    private static readonly Dictionary<string, (string Type, string? Format)> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["string"] = ("string", null), ["str"] = ("string", null), ["text"] = ("string", null),
        ["int"] = ("integer", null), ["integer"] = ("integer", null), ["long"] = ("integer", null),
        ["number"] = ("number", null), ["float"] = ("number", null), ["double"] = ("number", null), ["decimal"] = ("number", null),
        ["bool"] = ("boolean", null), ["boolean"] = ("boolean", null),
        ["date"] = ("string", "date"), ["datetime"] = ("string", "date-time"), ["guid"] = ("string", "uuid"), ["uri"] = ("string", "uri"),
        ["object"] = ("object", null),
    };

    /// <exception cref="QwenException">A field cannot be read; the message quotes it.</exception>
    public static JsonObject Parse(string text)
    {
        var (properties, required) = (new JsonObject(), new List<string>());
        // If each field is on its own line, descriptions may contain commas.
        char separator = text.Trim().Contains('\n', StringComparison.Ordinal) ? '\n' : ',';
        foreach (string field in text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (FieldPattern().Match(field.TrimEnd(',')) is not { Success: true } parts)
                throw Refuse($"'{field}' is not a field.");
            string name = parts.Groups["name"].Value;
            var (schema, isOptional) = Read(field, parts.Groups["type"].Value.Trim(), parts.Groups["rest"].Value.Trim());
            if (!properties.TryAdd(name, schema))
                throw Refuse($"The name '{name}' occurs more than once.");
            if (isOptional || parts.Groups["optional"].Success)
                AllowNull(schema);
            else
                required.Add(name);
        }
        if (properties.Count == 0)
            throw Refuse("It contains no fields.");
        var whole = ToolSchema.Of(properties, required);
        whole["additionalProperties"] = false;
        return whole;
    }

    public static void AllowNull(JsonObject schema)
    {
        if (ToolSchema.TypesOf(schema) is { } types && !types.Contains("null"))
            schema["type"] = new JsonArray([.. types.Append("null").Select(type => (JsonNode)type)]);
        if (schema["enum"] is JsonArray words)
            words.Add(null);
    }

    private static (JsonObject Schema, bool IsOptional) Read(string field, string type, string rest)
    {
        // After the colon, words separated by | are the allowed values; any other text is the description.
        string? description = rest.Length == 0 ? null : rest;
        if (type.Length == 0 && WordsPattern().IsMatch(rest))
            (type, description) = (rest, null);
        bool isOptional = type.EndsWith('?');
        type = isOptional ? type[..^1].TrimEnd() : type;
        bool isList = type.EndsWith(List, StringComparison.Ordinal);
        var one = Of(isList ? type[..^List.Length].TrimEnd().TrimStart('(').TrimEnd(')') : type)
            ?? throw Refuse($"'{type}' in '{field}' is not a type.");
        var schema = isList ? new JsonObject { ["type"] = "array", ["items"] = one } : one;
        if (description is not null)
            schema["description"] = description;
        return (schema, isOptional);
    }

    private static JsonObject? Of(string type)
    {
        if (type.Length == 0)
            return new JsonObject { ["type"] = "string" };
        if (s_types.TryGetValue(type, out var known))
        {
            var schema = new JsonObject { ["type"] = known.Type };
            if (known.Format is not null)
                schema["format"] = known.Format;
            return schema;
        }
        string[] words = type.Split('|', StringSplitOptions.TrimEntries);
        return words.Length < 2 || words.Any(word => word.Length == 0) ? null
            : new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. words.Distinct().Select(word => (JsonNode)word)]) };
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest,
        $"The schema cannot be read: {message} Specify a hashtable, a JSON Schema string, or fields such as 'name, age int, tags string[], "
            + $"kind: bug|praise, bio?: a sentence'. Separate allowed values with |, and add [] for a list. The types are {string.Join(", ", s_types.Keys)}.");

    [GeneratedRegex(@"^(?<name>[\p{L}_][\p{L}\p{N}_-]*)(?<optional>\?)?(\s+(?<type>[^:]+))?\s*(:(?<rest>.*))?$", RegexOptions.Singleline)]
    private static partial Regex FieldPattern();

    [GeneratedRegex(@"^[^\s|]+(\s*\|\s*[^\s|]+)+$")]
    private static partial Regex WordsPattern();
}
