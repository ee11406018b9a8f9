using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Commands.Input;
using QwenChat.Tools;

namespace QwenChat.Commands.Schemas;

/// <summary>Accepts a schema as a hashtable, an object, JSON Schema text, or the short form, and converts it to JSON Schema.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AnswerSchemaAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is null or "")
            return null;
        try
        {
            var schema = Read(inputData!, plain);
            AnswerSchema.Of(schema);
            return schema.ToJsonString(ToolSchema.Compact);
        }
        catch (QwenException refused)
        {
            throw new ArgumentTransformationMetadataException(refused.Message, refused);
        }
    }

    private static JsonObject Read(object given, object plain)
    {
        if (plain is Type)
            throw Refuse("A type is not a schema. Specify a type with -As.");
        if (plain is string text)
            return text.TrimStart().StartsWith('{') ? Parse(text) : ShortSchema.Parse(text);
        if (plain is not (IDictionary or PSCustomObject or JsonElement or JsonNode)
            || JsonNode.Parse(ObjectJson.ToElement(given).GetRawText()) is not JsonObject schema)
            throw Refuse($"[{plain.GetType()}] is not a schema. A schema is a hashtable, JSON Schema text, or fields such as 'name, age int'.");
        return schema.Any(member => member.Key is "type" or "properties" or "enum" or "anyOf" or "$ref" or "const") ? schema
            : throw Refuse("The hashtable is not a JSON Schema. It contains none of type, properties, enum, anyOf, const or $ref. Use, for example, "
                + "@{ type = 'object'; properties = @{ name = @{ type = 'string' } }; required = @('name') }, or the short form 'name, age int'.");
    }

    private static JsonObject Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return UniqueNames.Find(document.RootElement) is not { } twice ? JsonNode.Parse(json)!.AsObject()
                : throw Refuse($"The schema contains the property '{twice}' more than once.");
        }
        catch (JsonException broken)
        {
            throw Refuse($"The schema is not JSON: {broken.Message}");
        }
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
