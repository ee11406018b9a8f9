using System.Text.Json;

namespace QwenChat.Emulator.Endpoints;

/// <summary>What goes together and what does not, in the service's words (qwen-api §12.3).</summary>
internal static class ModeCheck
{
    /// <param name="model">The model.</param>
    /// <param name="streams">Whether a stream is asked for.</param>
    /// <param name="thinking">Whether the model will think.</param>
    /// <param name="options">Where the options stand: the body, or the native API's <c>parameters</c>.</param>
    /// <param name="parameter">Makes the refusal.</param>
    public static void Run(EmulatedModel model, bool streams, bool thinking, JsonElement options, Func<string, ApiRefusal> parameter)
    {
        if (model.StreamsOnly && !streams)
            throw parameter("This model only support stream mode, please enable the stream parameter to access the model.");
        if (model.ThinksInStreamsOnly && thinking && !streams)
            throw parameter("parameter.enable_thinking must be set to false for non-streaming calls");
        CheckToolChoice(options, thinking, parameter);
        CheckChoices(options, thinking, parameter);
        foreach (var tool in options.Get("tools").Elements())
        {
            if (tool.Get("function").Text("name") == "search")
                throw parameter("Tool names are not allowed to be [search]");
        }
    }

    /// <summary>Checks JSON mode. An older model that thinks is not refused; it just may not write JSON (facts-2026-11).</summary>
    public static void JsonMode(JsonElement options, EmulatedModel model, List<PromptMessage> messages, Func<string, ApiRefusal> parameter)
    {
        string? format = options.Get("response_format").Text("type");
        // Which models take a schema is documented (wire-tools §2); that others refuse it in these words is assumed [A6].
        if (format is null or "text" || (format == "json_schema" && model.TakesJsonSchema))
            return;
        if (format != "json_object")
            throw parameter($"Unknown format of response_format, {format}");
        if (!messages.Exists(message => message.Role is "system" or "user" && message.Text.Contains("json", StringComparison.OrdinalIgnoreCase)))
            throw parameter("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.");
    }

    private static void CheckToolChoice(JsonElement options, bool thinking, Func<string, ApiRefusal> parameter)
    {
        const string forms = "tool_choice is one of the strings that should be [\"none\", \"auto\"]";
        var choice = options.Get("tool_choice");
        if (!choice.Exists())
            return;
        if (thinking && (choice.ValueKind == JsonValueKind.Object || (choice.ValueKind == JsonValueKind.String && choice.GetString() == "required")))
            throw parameter("The tool_choice parameter does not support being set to required or object in thinking mode");
        if (choice.ValueKind != JsonValueKind.Object)
        {
            if (choice.ValueKind != JsonValueKind.String || choice.GetString() is not ("auto" or "none"))
                throw parameter(forms);
            return;
        }
        // That an object has to name one of the tools is documented; the text for one that does not is assumed [A3].
        string? name = choice.Get("function").Text("name");
        if (choice.Text("type") != "function" || !options.Get("tools").Elements().Any(tool => tool.Get("function").Text("name") == name && name is not null))
            throw parameter(forms);
    }

    /// <summary>More than one choice goes with neither tools nor thinking (qwen-api §4.1, §7); the text is assumed [A7].</summary>
    private static void CheckChoices(JsonElement options, bool thinking, Func<string, ApiRefusal> parameter)
    {
        if (options.Integer("n") > 1 && (thinking || options.Get("tools").Elements().Any()))
            throw parameter("Range of n should be [1, 1]");
    }
}
