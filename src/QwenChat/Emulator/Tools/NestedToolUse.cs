using System.Text.Json;

namespace QwenChat.Emulator.Tools;

/// <summary>Reads the tool settings of Chat Completions and the native API (wire §14.2, §14.3).</summary>
/// <param name="parameter">Creates the error for a parameter with an invalid format.</param>
/// <param name="engine">Creates the error of the inference engine.</param>
internal sealed class NestedToolUse(Func<string, ApiRefusal> parameter, Func<string, ApiRefusal> engine)
{
    /// <summary>The error message for a forced call in thinking mode (wire §4.5).</summary>
    public const string ForcedInThinking = "The tool_choice parameter does not support being set to required or object in thinking mode";

    /// <summary>Reads the settings in the body of Chat Completions or in the native API's <c>parameters</c>.</summary>
    public ToolUse Read(JsonElement options, EmulatedModel model, bool thinking)
    {
        var tools = new ToolReader(parameter, engine).ReadNested(options.Get("tools"), model);
        var (choice, forced) = ReadChoice(options.Get("tool_choice"), tools, thinking);
        return new ToolUse { Tools = tools, Choice = choice, Forced = forced, OnlyFirstCall = options.Flag("parallel_tool_calls") != true };
    }

    private (string Choice, QwenEmulatorTool? Forced) ReadChoice(JsonElement choice, IReadOnlyList<QwenEmulatorTool> tools, bool thinking)
    {
        const string forms = "tool_choice is one of the strings that should be [\"none\", \"auto\"]";
        if (!choice.Exists())
            return (ToolUse.Auto, null);
        string? word = choice.ValueKind == JsonValueKind.String ? choice.GetString() : null;
        if (thinking && (choice.ValueKind == JsonValueKind.Object || word == ToolUse.Required))
            throw parameter(ForcedInThinking);
        if (choice.ValueKind != JsonValueKind.Object)
            return word is ToolUse.Auto or ToolUse.Never ? (word, null) : throw parameter(forms);
        // An object that does not name a function is assumed to be rejected [A3].
        if (choice.Text("type") != "function" || choice.Get("function").Text("name") is not { } name)
            throw parameter(forms);
        var forced = tools.FirstOrDefault(tool => tool.Name == name);
        return forced is not null ? (name, forced)
            : throw engine($"Invalid value for \"tool_choice\": no function named \"{name}\" was specified in the \"tools\" parameter.");
    }
}
