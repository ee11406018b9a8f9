using System.Text.Json;
using System.Text.RegularExpressions;

namespace QwenChat.Emulator.Tools;

/// <summary>Reads and validates the functions in a request's <c>tools</c> (wire §14.1).</summary>
/// <param name="parameter">Creates the error for a parameter with an invalid format.</param>
/// <param name="engine">Creates the error of the inference engine.</param>
internal sealed partial class ToolReader(Func<string, ApiRefusal> parameter, Func<string, ApiRefusal> engine)
{
    private const int MaximumNameLength = 64;
    private const string SchemaForm = "The parameters, when provided as a dict, must confirm to a valid openai-compatible JSON...";

    /// <summary>
    /// Reads functions in the format of Chat Completions and the native API: <c>{"type":"function","function":{…}}</c>. The error message for any
    /// other format is assumed [A20].
    /// </summary>
    public IReadOnlyList<QwenEmulatorTool> ReadNested(JsonElement tools, EmulatedModel model)
    {
        CheckList(tools, model);
        return tools.Elements().Select((tool, index) =>
        {
            string place = $"tools[{index}].function";
            var function = tool.Get("function");
            return function.ValueKind == JsonValueKind.Object ? ReadFunction(function, place) : throw parameter($"Missing required parameter: '{place}'.");
        }).ToArray();
    }

    /// <summary>
    /// Reads functions in the format of the Responses API: <c>{"type":"function","name":…}</c>. Tools of all other types are ignored (wire §2.3).
    /// </summary>
    public IReadOnlyList<QwenEmulatorTool> ReadFlat(JsonElement tools, EmulatedModel model)
    {
        if (tools.Elements().Any(tool => tool.Get("function").Exists()))
            throw engine(SchemaForm);
        var functions = tools.Elements().Select((tool, index) => (Tool: tool, Place: $"tools[{index}]")).Where(entry => entry.Tool.Text("type") == "function")
            .ToArray();
        if (functions.Length > 0)
            CheckList(tools, model);
        return functions.Select(entry => ReadFunction(entry.Tool, entry.Place)).ToArray();
    }

    private void CheckList(JsonElement tools, EmulatedModel model)
    {
        if (tools.Exists() && tools.ValueKind != JsonValueKind.Array)
            throw parameter("Required body invalid, please check the request body format.");
        if (tools.Elements().Any() && !model.TakesTools)
            throw engine("The tool call is not supported.");
    }

    /// <summary>
    /// Reads a function. The rules for names, and the error message for the reserved name, are documented. The other error messages are assumed
    /// [A20].
    /// </summary>
    private QwenEmulatorTool ReadFunction(JsonElement function, string place)
    {
        if (function.Text("name") is not { Length: > 0 } name)
            throw parameter($"Missing required parameter: '{place}.name'.");
        if (name == "search")
            throw parameter("Tool names are not allowed to be [search]");
        if (name.Length > MaximumNameLength)
            throw parameter(
                $"Invalid '{place}.name': string too long. Expected a string with maximum length {MaximumNameLength}, but got a string with length "
                    + $"{name.Length} instead.");
        if (!NameForm().IsMatch(name))
            throw parameter($"Invalid '{place}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.");
        var schema = function.Get("parameters");
        if (schema.Exists() && schema.ValueKind != JsonValueKind.Object)
            throw engine(SchemaForm);
        return new QwenEmulatorTool(name, function.Text("description"), schema.Exists() ? schema.GetRawText() : "{}");
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]+\z")]
    private static partial Regex NameForm();
}
