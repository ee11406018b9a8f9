using System.Text;
using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Tools;

/// <summary>
/// Writes the functions and the tool choice of a request: nested for Chat Completions and DashScope, and flat for Responses. Tools in <c>-ExtraBody</c> are
/// written unchanged after the functions. Other fields in <c>-ExtraBody</c> replace the fields written here.
/// </summary>
internal static class ToolFields
{
    private const string Tools = "tools", Choice = "tool_choice", Parallel = "parallel_tool_calls", Stream = "tool_stream";

    private static bool HasFunctions(ChatRequest request) => request.Tools.Count > 0 || RequestItems.ExtraTools(request.Options) is not null;

    /// <summary>Returns the nested <c>tools</c> as text; an empty string if there are no tools.</summary>
    public static string TextOf(ChatRequest request) => !HasFunctions(request) ? "" : Encoding.UTF8.GetString(JsonBytes.Write(writer =>
    {
        writer.WriteStartObject();
        WriteNestedTools(writer, request);
        writer.WriteEndObject();
    }));

    public static void WriteNestedTools(Utf8JsonWriter writer, ChatRequest request)
    {
        if (!HasFunctions(request))
            return;
        writer.WriteStartArray(Tools);
        foreach (var tool in request.Tools)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            WriteFunction(writer, tool, tool.Description);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        foreach (var tool in RequestItems.ExtraTools(request.Options) ?? [])
            JsonBytes.Copy(writer, tool);
        writer.WriteEndArray();
    }

    /// <summary>
    /// Writes the flat <c>tools</c>: functions, tools in <c>-ExtraBody</c>, and service tools that <c>-ExtraBody</c> does not contain. Writes nothing if
    /// there are no tools.
    /// </summary>
    public static void WriteFlatTools(Utf8JsonWriter writer, ChatRequest request)
    {
        var own = RequestItems.ExtraTools(request.Options);
        if (request.Tools.Count == 0 && own is null && !ServiceTools.Any(request.Options))
            return;
        writer.WriteStartArray(Tools);
        foreach (var tool in request.Tools)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            // The Responses API requires a description.
            WriteFunction(writer, tool, string.IsNullOrEmpty(tool.Description) ? tool.Name : tool.Description);
            writer.WriteEndObject();
        }
        foreach (var tool in own ?? [])
            JsonBytes.Copy(writer, tool);
        ServiceTools.WriteFlat(writer, request, own ?? []);
        writer.WriteEndArray();
    }

    /// <summary>
    /// Writes the tool choice for nested tools. The service does not accept <c>required</c> (wire §14.2), so the name of a single function is written instead.
    /// <see cref="ToolRules"/> rejects <c>required</c> with several functions. Some models stream calls only with <c>tool_stream</c>;
    /// <paramref name="takesToolStream"/> is false if the API does not support this field.
    /// </summary>
    public static void WriteNestedChoice(Utf8JsonWriter writer, ChatRequest request, bool takesToolStream)
    {
        if (request.Tools.Count == 0)
            return;
        if (request.ToolChoice is { } choice && !IsUsersOwn(request, Choice))
        {
            string? name = choice.Name ?? (choice.IsForced && !request.StandardFieldsOnly && request.Tools.Count == 1 ? request.Tools[0].Name : null);
            if (name is null)
            {
                writer.WriteString(Choice, choice.Word);
            }
            else
            {
                writer.WriteStartObject(Choice);
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", name);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        }
        WriteParallel(writer, request);
        if (takesToolStream && request.Stream && !request.StandardFieldsOnly && StreamsCallsOnRequest(request.Model) && !IsUsersOwn(request, Stream))
            writer.WriteBoolean(Stream, true);
    }

    /// <summary>
    /// Writes the tool choice for flat tools. The service accepts <c>required</c> for exactly one tool, and <c>allowed_tools</c> for several (wire §14.4).
    /// Other servers accept the name of a function instead.
    /// </summary>
    public static void WriteFlatChoice(Utf8JsonWriter writer, ChatRequest request)
    {
        if (request.Tools.Count == 0)
            return;
        if (request.ToolChoice is { } choice && !IsUsersOwn(request, Choice))
        {
            if (request.StandardFieldsOnly && choice.Name is { } name)
                WriteName(writer, Choice, name);
            else if (request.StandardFieldsOnly || !choice.IsForced || IsOnlyTool(request))
                writer.WriteString(Choice, choice.Word);
            else
                WriteAllowed(writer, choice.Name is { } one ? [one] : request.Tools.Select(tool => tool.Name));
        }
        WriteParallel(writer, request);
    }

    /// <summary>Whether the request contains exactly one tool, counting service tools and the tools in <c>-ExtraBody</c>.</summary>
    private static bool IsOnlyTool(ChatRequest request) =>
        request.Tools.Count == 1 && !ServiceTools.Any(request.Options) && RequestItems.ExtraTools(request.Options) is not { Count: > 0 };

    private static void WriteAllowed(Utf8JsonWriter writer, IEnumerable<string> names)
    {
        writer.WriteStartObject(Choice);
        writer.WriteString("type", "allowed_tools");
        writer.WriteString("mode", "required");
        writer.WriteStartArray(Tools);
        foreach (string name in names)
            WriteName(writer, null, name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter writer, string? property, string name)
    {
        if (property is null)
            writer.WriteStartObject();
        else
            writer.WriteStartObject(property);
        writer.WriteString("type", "function");
        writer.WriteString("name", name);
        writer.WriteEndObject();
    }

    /// <summary>Enables parallel calls. By default, the service returns only the first call.</summary>
    private static void WriteParallel(Utf8JsonWriter writer, ChatRequest request)
    {
        if (!IsUsersOwn(request, Parallel))
            writer.WriteBoolean(Parallel, true);
    }

    private static void WriteFunction(Utf8JsonWriter writer, ToolDefinition tool, string? description)
    {
        writer.WriteString("name", tool.Name);
        if (!string.IsNullOrEmpty(description))
            writer.WriteString("description", description);
        writer.WritePropertyName("parameters");
        writer.WriteRawValue(tool.Parameters.Span, skipInputValidation: true);
    }

    private static bool IsUsersOwn(ChatRequest request, string field) => request.Options.ExtraBody?.ContainsKey(field) == true;

    /// <summary>Returns whether the model requires <c>tool_stream</c> to stream calls, as GLM does before version 5.3 (wire §14.2).</summary>
    private static bool StreamsCallsOnRequest(string model) =>
        (model.StartsWith("glm-4", StringComparison.OrdinalIgnoreCase) || model.StartsWith("glm-5", StringComparison.OrdinalIgnoreCase))
        && !model.StartsWith("glm-5.3", StringComparison.OrdinalIgnoreCase);
}
