using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QwenChat.Tools;

/// <summary>
/// Checks a value against a JSON schema. Each finding contains its position. <see cref="SchemaRules"/> finds the keywords that are not checked.
/// </summary>
internal sealed class SchemaCheck
{
    private const int MaximumFindings = 5;
    // The maximum depth of schemas. A value has at most 64 levels, but several schemas may apply to each level.
    private const int MaximumDepth = 256;
    private static readonly TimeSpan s_patternTime = TimeSpan.FromSeconds(1);

    private readonly JsonObject _root;
    private readonly List<string> _findings = [];

    private SchemaCheck(JsonObject root) => _root = root;

    /// <summary>Returns the findings for a value; empty if the value matches the schema.</summary>
    public static IReadOnlyList<string> Findings(JsonNode? value, JsonObject schema)
    {
        var check = new SchemaCheck(schema);
        check.Check(value, schema, "", 0);
        return check._findings;
    }

    private void Check(JsonNode? value, JsonNode? given, string path, int depth)
    {
        if (_findings.Count >= MaximumFindings || given is not JsonObject schema || depth > MaximumDepth)
        {
            if (given is JsonValue flag && flag.TryGetValue(out bool allowed) && !allowed)
                Add(path, "is not allowed");
            return;
        }
        if (ToolSchema.TextOf(schema["$ref"]) is { } reference)
            Check(value, Resolve(_root, reference), path, depth + 1);
        string type = JsonKind.Of(value);
        if (ToolSchema.TypesOf(schema) is { } types && !types.Contains(type) && !(type == "integer" && types.Contains("number")))
        {
            Add(path, $"must be {string.Join(" or ", types.Select(JsonKind.WithArticle))}, not {JsonKind.Show(value)}");
            return;
        }
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            Add(path, $"must be one of {string.Join(", ", words.Select(JsonKind.Show))}, not {JsonKind.Show(value)}");
        if (schema.TryGetPropertyValue("const", out var only) && !JsonNode.DeepEquals(only, value))
            Add(path, $"must be {JsonKind.Show(only)}, not {JsonKind.Show(value)}");
        if (schema["anyOf"] is JsonArray choices && !choices.Any(choice => Fits(value, choice, depth)))
            Add(path, "does not match any of the allowed schemas");
        switch (value)
        {
            case JsonObject members:
                CheckMembers(members, schema, path, depth);
                break;
            case JsonArray elements:
                CheckCount(elements.Count, schema, "minItems", "maxItems", path, "element");
                for (int i = 0; i < elements.Count; i++)
                    Check(elements[i], schema["items"], $"{path}[{i}]", depth + 1);
                break;
            case JsonValue when type == "string":
                CheckText(ToolSchema.TextOf(value)!, schema, path);
                break;
            case JsonValue number when type is "integer" or "number":
                CheckBounds(number, schema, path);
                break;
        }
    }

    private bool Fits(JsonNode? value, JsonNode? choice, int depth)
    {
        var attempt = new SchemaCheck(_root);
        attempt.Check(value, choice, "", depth + 1);
        return attempt._findings.Count == 0;
    }

    /// <summary>
    /// Returns the part of a schema that a reference such as <c>#/$defs/place</c> refers to; null if the schema does not contain that part.
    /// </summary>
    public static JsonNode? Resolve(JsonObject root, string reference)
    {
        if (!reference.StartsWith('#'))
            return null;
        JsonNode? at = root;
        foreach (string part in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
            at = (at as JsonObject)?[part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
        return at;
    }

    private void CheckMembers(JsonObject members, JsonObject schema, string path, int depth)
    {
        foreach (string name in ToolSchema.RequiredOf(schema).Where(name => !members.ContainsKey(name)))
            Add(Below(path, name), "is missing");
        var known = schema["properties"] as JsonObject;
        foreach (var (name, member) in members)
        {
            if (known?.TryGetPropertyValue(name, out var own) == true)
                Check(member, own, Below(path, name), depth + 1);
            else if (schema["additionalProperties"] is JsonValue rule && rule.TryGetValue(out bool allowed) && !allowed)
                Add(Below(path, name), $"is not allowed{(known is { Count: > 0 } ? ". Allowed: " + string.Join(", ", known.Select(one => one.Key)) : "")}");
            else
                Check(member, schema["additionalProperties"], Below(path, name), depth + 1);
        }
    }

    private void CheckText(string text, JsonObject schema, string path)
    {
        CheckCount(new StringInfo(text).LengthInTextElements, schema, "minLength", "maxLength", path, "character");
        if (ToolSchema.TextOf(schema["pattern"]) is { } pattern && !Matches(text, pattern))
            Add(path, $"must match the pattern {pattern}");
        string? wanted = ToolSchema.TextOf(schema["format"]) switch
        {
            "date-time" when !TextForm.IsDateTime(text) => "an ISO 8601 date and time, such as 2026-11-28T14:30:00Z",
            "date" when !TextForm.IsDate(text) => "an ISO 8601 date, such as 2026-11-28",
            "uuid" when !Guid.TryParse(text, out _) => "a UUID",
            "uri" when !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) => "a URI",
            _ => null,
        };
        if (wanted is not null)
            Add(path, $"must be {wanted}, not {JsonKind.Show(text)}");
    }

    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.None, s_patternTime);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private void CheckCount(int count, JsonObject schema, string minimum, string maximum, string path, string what)
    {
        if (NumberOf(schema[minimum]) is { } least && count < least)
            Add(path, $"must have at least {Plain(least)} {what}{(least == 1 ? "" : "s")}, not {count}");
        if (NumberOf(schema[maximum]) is { } most && count > most)
            Add(path, $"must have at most {Plain(most)} {what}{(most == 1 ? "" : "s")}, not {count}");
    }

    private void CheckBounds(JsonValue value, JsonObject schema, string path)
    {
        if (NumberOf(value) is not { } number)
            return;
        if (NumberOf(schema["minimum"]) is { } least && number < least)
            Add(path, $"must be at least {Plain(least)}, not {value.ToJsonString()}");
        if (NumberOf(schema["maximum"]) is { } most && number > most)
            Add(path, $"must be at most {Plain(most)}, not {value.ToJsonString()}");
        if (NumberOf(schema["exclusiveMinimum"]) is { } above && number <= above)
            Add(path, $"must be greater than {Plain(above)}, not {value.ToJsonString()}");
        if (NumberOf(schema["exclusiveMaximum"]) is { } below && number >= below)
            Add(path, $"must be less than {Plain(below)}, not {value.ToJsonString()}");
    }

    private static double? NumberOf(JsonNode? node) => node is JsonValue && node.GetValueKind() == JsonValueKind.Number
        && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static string Plain(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private void Add(string path, string finding) => _findings.Add($"{(path.Length == 0 ? "The value" : path)} {finding}.");
}
