using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;

namespace QwenChat.Commands.Tools;

/// <summary>The JSON schema of a parameter, created from its type and its validation attributes. No code of the command runs.</summary>
internal static class ParameterSchema
{
    private const int MostWords = 40;

    /// <summary>Returns the schema of a parameter; null if a model cannot provide a value of its type.</summary>
    public static JsonObject? Of(Type type, IEnumerable<Attribute> attributes)
    {
        if (TypeSchema.Of(type) is not { } schema)
            return null;
        Apply(attributes, schema);
        return schema;
    }

    /// <summary>Adds the constraints of validation attributes to the schema of a type.</summary>
    public static void Apply(IEnumerable<Attribute> attributes, JsonObject schema)
    {
        // For an array, the attributes apply to each element, except for ValidateCount.
        var element = TypeSchema.TypeOf(schema) == "array" && schema["items"] is JsonObject items ? items : schema;
        foreach (var attribute in attributes)
            Apply(attribute, schema, element);
    }

    /// <summary>Adds text before a schema's existing description.</summary>
    public static void Describe(JsonObject schema, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        string? before = QwenChat.Tools.ToolSchema.TextOf(schema["description"]);
        schema["description"] = before is null ? text.Trim() : $"{text.Trim()} ({before})";
    }

    private static void Apply(Attribute attribute, JsonObject schema, JsonObject element)
    {
        switch (attribute)
        {
            case ValidateSetAttribute set when WordsOf(set) is { Count: > 0 and <= MostWords } words:
                element["enum"] = new JsonArray(words.Select(word => Word(word, element)).ToArray());
                break;
            case ValidateRangeAttribute range:
                ApplyRange(range, element);
                break;
            case ValidateLengthAttribute length when TypeSchema.TypeOf(element) == "string":
                element["minLength"] = length.MinLength;
                element["maxLength"] = length.MaxLength;
                break;
            case ValidateCountAttribute count when TypeSchema.TypeOf(schema) == "array":
                schema["minItems"] = count.MinLength;
                schema["maxItems"] = count.MaxLength;
                break;
            case ValidatePatternAttribute pattern:
                Describe(schema, $"Matches the .NET pattern {pattern.RegexPattern}");
                break;
        }
    }

    // Listing the values of a generator class would require running the command's code.
    private static IList<string> WordsOf(ValidateSetAttribute set) =>
        set.GetType().GetField("validValuesGenerator", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(set) is null ? set.ValidValues : [];

    private static JsonNode Word(string word, JsonObject element) => TypeSchema.TypeOf(element) switch
    {
        "integer" when long.TryParse(word, NumberStyles.Integer, CultureInfo.InvariantCulture, out long whole) => whole,
        "number" when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
        _ => word,
    };

    private static void ApplyRange(ValidateRangeAttribute range, JsonObject element)
    {
        bool isWhole = TypeSchema.TypeOf(element) == "integer";
        if (!isWhole && TypeSchema.TypeOf(element) != "number")
            return;
        if (Bound(range.MinRange) is { } minimum)
            element["minimum"] = minimum;
        if (Bound(range.MaxRange) is { } maximum)
            element["maximum"] = maximum;
        // A range kind such as 'Positive' has no public property, so the private field is read.
        object? kind = typeof(ValidateRangeAttribute).GetField("_rangeKind", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(range);
        switch (range.MinRange is null ? kind?.ToString() : null)
        {
            case "Positive":
                element[isWhole ? "minimum" : "exclusiveMinimum"] = isWhole ? 1 : 0;
                break;
            case "NonNegative":
                element["minimum"] = 0;
                break;
            case "Negative":
                element[isWhole ? "maximum" : "exclusiveMaximum"] = isWhole ? -1 : 0;
                break;
            case "NonPositive":
                element["maximum"] = 0;
                break;
        }
    }

    private static JsonNode? Bound(object? bound) => bound switch
    {
        byte or sbyte or short or ushort or int or uint or long => Convert.ToInt64(bound, CultureInfo.InvariantCulture),
        ulong large => large,
        decimal number => number,
        float or double when double.IsFinite(Convert.ToDouble(bound, CultureInfo.InvariantCulture)) => Convert.ToDouble(bound, CultureInfo.InvariantCulture),
        _ => null,
    };
}
