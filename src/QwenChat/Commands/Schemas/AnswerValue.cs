using System.Management.Automation;
using System.Text.Json.Nodes;
using QwenChat.Commands.Tools;
using QwenChat.Tools;

namespace QwenChat.Commands.Schemas;

/// <summary>
/// Converts a validated answer to an object of the requested type. Without a type, creates objects with the properties of the schema. Must be called on
/// the pipeline thread.
/// </summary>
internal sealed class AnswerValue(PathIntrinsics path)
{
    /// <summary>Sets the value of a draft, or records the conversion error in the draft.</summary>
    public void Make(AnswerDraft draft, AnswerSchema schema)
    {
        if (draft.Finding is not null)
            return;
        try
        {
            draft.Accept(schema.Type is null ? Shape(draft.Json, schema.ValueSchema, schema.Root)
                : new ArgumentBinder(path).ToObject(draft.Json, schema.Type));
        }
        catch (Exception refused) when (refused is RuntimeException and not PipelineStoppedException or ArgumentException or InvalidCastException)
        {
            draft.Refuse(refused.Message);
        }
    }

    /// <summary>
    /// Converts JSON to PowerShell objects. An object gets all properties of its schema, in order, so that all rows of a table have the same columns.
    /// </summary>
    public static object? Shape(JsonNode? value, JsonNode? given, JsonObject root)
    {
        var schema = given as JsonObject;
        for (int hops = 0; hops < 16 && ToolSchema.TextOf(schema?["$ref"]) is { } reference; hops++)
            schema = SchemaCheck.Resolve(root, reference) as JsonObject;
        return value switch
        {
            JsonArray list => list.Select(element => Shape(element, schema?["items"], root)).ToArray(),
            JsonObject members => Object(members, schema, root),
            _ => ArgumentBinder.Plain(value),
        };
    }

    private static PSObject Object(JsonObject members, JsonObject? schema, JsonObject root)
    {
        var made = new PSObject();
        var properties = schema?["properties"] as JsonObject ?? [];
        foreach (string name in properties.Select(property => property.Key).Union(members.Select(member => member.Key)))
            made.Properties.Add(new PSNoteProperty(name, Shape(members[name], properties[name] ?? schema?["additionalProperties"], root)));
        return made;
    }
}
