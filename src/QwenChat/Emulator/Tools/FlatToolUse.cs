using System.Text.Json;

namespace QwenChat.Emulator.Tools;

/// <summary>Reads the tool settings of the Responses API (wire §14.4).</summary>
internal static class FlatToolUse
{
    /// <summary>
    /// Reads the functions and the tool choice. <c>parallel_tool_calls</c> is accepted and ignored (wire §2.3). All calls are assumed to be returned
    /// [A23].
    /// </summary>
    public static ToolUse Read(JsonElement body, EmulatedModel model, bool thinking)
    {
        var tools = new ToolReader(ApiRefusal.Parameter, ApiRefusal.Engine).ReadFlat(body.Get("tools"), model);
        var (choice, forced) = ReadChoice(body, tools);
        // The error for a forced call in thinking mode is documented for Chat Completions, and assumed for the Responses API [A22].
        if (thinking && (forced is not null || choice == ToolUse.Required))
            throw ApiRefusal.Parameter(NestedToolUse.ForcedInThinking);
        return new ToolUse { Tools = tools, Choice = choice, Forced = forced };
    }

    /// <summary>Reads the documented forms of the tool choice. The rejection of other forms and its error message are assumed [A3].</summary>
    private static (string Choice, QwenEmulatorTool? Forced) ReadChoice(JsonElement body, IReadOnlyList<QwenEmulatorTool> tools)
    {
        var choice = body.Get("tool_choice");
        if (!choice.Exists())
            return (ToolUse.Auto, null);
        string? word = choice.ValueKind == JsonValueKind.String ? choice.GetString() : null;
        if (word is ToolUse.Auto or ToolUse.Never)
            return (word, null);
        if (word == ToolUse.Required)
        {
            return body.Get("tools").Elements().Count() == 1 ? (ToolUse.Required, tools.Count == 1 ? tools[0] : null)
                : throw ApiRefusal.Parameter("Invalid 'tool_choice': 'required' is supported only with exactly one tool.");
        }
        bool isRequired = choice.Text("mode") == ToolUse.Required;
        if (choice.Text("type") != "allowed_tools" || !(isRequired || choice.Text("mode") == ToolUse.Auto)
            || choice.Get("tools").ValueKind != JsonValueKind.Array)
            throw ApiRefusal.Parameter(
                $"Invalid 'tool_choice': {Show(choice)}. Supported values are: ('none','auto','required') and objects of type 'allowed_tools'.");
        var allowed = choice.Get("tools").Elements().Where(tool => tool.Text("type") == "function").Select(tool => tool.Text("name")).ToArray();
        if (allowed.FirstOrDefault(name => !tools.Any(tool => tool.Name == name)) is { } unknown)
            throw ApiRefusal.Parameter($"Invalid 'tool_choice': no function named '{unknown}' is in 'tools'.");
        if (!isRequired)
            return (ToolUse.Auto, null);
        var forced = tools.FirstOrDefault(tool => allowed.Contains(tool.Name));
        return (allowed is [{ } only] ? only : ToolUse.Required, forced);
    }

    private static string Show(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
