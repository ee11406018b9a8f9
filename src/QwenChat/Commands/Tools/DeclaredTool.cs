using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Commands.Input;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>Reads a tool that has only a schema and no implementation, in the flat or the nested form of the APIs (wire §14.1).</summary>
internal static class DeclaredTool
{
    /// <exception cref="QwenException">The table has no name, or its schema is not valid.</exception>
    public static QwenTool Of(IDictionary table, ToolSettings settings)
    {
        if (settings.Parameter is not null || settings.FixedValue.Count > 0 || settings.ParameterSetName is not null || settings.Approval is not null)
            throw Refuse("A tool defined by a schema does not run a command. -Parameter, -FixedValue, -ParameterSetName and -Approval apply only to commands.");
        var element = ObjectJson.ToElement(table);
        var fields = JsonObject.Create(element)!;
        if (fields["function"] is JsonObject nested)
            fields = nested;
        string? unknown = fields.Select(field => field.Key).FirstOrDefault(key => key is not ("type" or "name" or "description" or "parameters" or "strict"));
        if (unknown is not null)
            throw Refuse($"A tool has no member '{unknown}'. Its members are name, description, and parameters (a JSON schema).");
        string name = settings.Name ?? ToolSchema.TextOf(fields["name"])
            ?? throw Refuse("A tool that is specified as a hashtable or as JSON needs a name: @{ name = 'book'; description = '…'; parameters = @{ … } }.");
        var schema = fields["parameters"] switch
        {
            null => [],
            JsonObject given => (JsonObject)given.DeepClone(),
            JsonValue text when ToolSchema.TextOf(text) is { } json => Parse(name, json),
            _ => throw Refuse($"The parameters of '{name}' are not a JSON schema of an object."),
        };
        if (schema.Count == 0)
            schema = ToolSchema.Of([], []);
        if (ToolSchema.TextOf(schema["type"]) is not "object")
            throw Refuse($"The parameters of '{name}' must be a JSON schema of an object, such as @{{ type = 'object'; properties = @{{ … }} }}.");
        string? description = settings.Description ?? ToolSchema.TextOf(fields["description"]);
        return new QwenTool(name, description, schema, implementation: null) { Timeout = settings.Timeout };
    }

    private static JsonObject Parse(string name, string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw Refuse($"The parameters of '{name}' are not a JSON schema of an object.");
        }
        catch (JsonException broken)
        {
            throw Refuse($"The parameters of '{name}' are not JSON: {broken.Message}");
        }
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
