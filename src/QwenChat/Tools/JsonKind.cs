using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>Determines the JSON Schema types of values, and formats values for error messages.</summary>
internal static class JsonKind
{
    private const int MaximumLength = 60;

    /// <summary>Returns the type of a value; <c>integer</c> for a whole number in any notation.</summary>
    public static string Of(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsWhole(value) ? "integer" : "number",
        _ => "boolean",
    };

    public static string WithArticle(string type) => type switch
    {
        "null" => "null",
        "object" or "array" or "integer" => "an " + type,
        _ => "a " + type,
    };

    /// <summary>Returns a value as text, truncated.</summary>
    public static string Show(JsonNode? value)
    {
        string json = value?.ToJsonString(ToolSchema.Compact) ?? "null";
        return json.Length <= MaximumLength ? json : json[..MaximumLength] + "…";
    }

    private static bool IsWhole(JsonNode value)
    {
        string number = value.ToJsonString();
        return number.AsSpan().IndexOfAny(".eE") < 0
            || (double.TryParse(number, CultureInfo.InvariantCulture, out double read) && read == Math.Floor(read) && Math.Abs(read) < 1e15);
    }
}
