using System.Text.Json.Nodes;

namespace QwenChat.Tools;

/// <summary>
/// The schema that an answer must match. The root is always an object, as the APIs require. An array or a scalar value is wrapped in an object with
/// one property, and unwrapped later.
/// </summary>
internal sealed class AnswerSchema
{
    /// <summary>The name of the schema in requests. It is also the name of the function, if the answer is requested as a function call.</summary>
    public const string Name = "answer";

    private AnswerSchema(JsonObject root, string? wrapper, Type? type)
    {
        (Root, Wrapper, Type) = (root, wrapper, type);
        UncheckedKeywords = SchemaRules.Check(root);
        Text = root.ToJsonString(ToolSchema.Compact);
    }

    /// <summary>The schema; read-only.</summary>
    public JsonObject Root { get; }

    /// <summary>The property that contains the value; null if the answer itself is the value.</summary>
    public string? Wrapper { get; }

    /// <summary>The type to which the value is converted; null for untyped objects.</summary>
    public Type? Type { get; }

    /// <summary>The schema as compact JSON.</summary>
    public string Text { get; }

    /// <summary>The keywords in the schema that are not checked locally.</summary>
    public IReadOnlyList<string> UncheckedKeywords { get; }

    /// <summary>Creates a schema for answers from the JSON schema of the value.</summary>
    /// <exception cref="QwenException">The schema is not valid; the message specifies the position.</exception>
    public static AnswerSchema Of(JsonObject schema, Type? type = null)
    {
        // The schema is checked before it is wrapped, so that errors refer to the original positions.
        SchemaRules.Check(schema);
        schema = (JsonObject)schema.DeepClone();
        var types = ToolSchema.TypesOf(schema);
        if (types is null && schema["properties"] is JsonObject)
            schema["type"] = "object";
        else if (types is not ["object"])
            return Wrapped(schema, types?.Contains("array") == true ? "items" : "value", type);
        return new AnswerSchema(schema, null, type);
    }

    /// <exception cref="QwenException">The text is not a valid schema.</exception>
    public static AnswerSchema Restore(string text, string? wrapper, Type? type) => new(JsonNode.Parse(text)!.AsObject(), wrapper, type);

    /// <summary>Returns the value in a checked answer.</summary>
    public JsonNode? ValueOf(JsonObject answer) => Wrapper is null ? answer : answer[Wrapper];

    public JsonObject? ValueSchema => Wrapper is null ? Root : Root["properties"]?[Wrapper] as JsonObject;

    private static AnswerSchema Wrapped(JsonObject schema, string name, Type? type)
    {
        var root = ToolSchema.Of(new JsonObject { [name] = schema }, [name]);
        root["additionalProperties"] = false;
        // References are resolved from the root, so the definitions must be moved to the root.
        foreach (string definitions in (ReadOnlySpan<string>)["$defs", "definitions"])
        {
            if (schema.Remove(definitions, out var moved))
                root[definitions] = moved;
        }
        return new AnswerSchema(root, name, type);
    }
}
