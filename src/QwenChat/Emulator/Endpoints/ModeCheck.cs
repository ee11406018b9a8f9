using System.Text.Json;

namespace QwenChat.Emulator;

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
        var choice = options.Get("tool_choice");
        if (thinking && (choice.ValueKind == JsonValueKind.Object || options.Text("tool_choice") == "required"))
            throw parameter("The tool_choice parameter does not support being set to required or object in thinking mode");
        if (choice.ValueKind == JsonValueKind.String && choice.GetString() is not ("auto" or "none"))
            throw parameter("tool_choice is one of the strings that should be [\"none\", \"auto\"]");
        foreach (var tool in options.Get("tools").Elements())
        {
            if (tool.Get("function").Text("name") == "search")
                throw parameter("Tool names are not allowed to be [search]");
        }
    }

    public static void JsonMode(JsonElement options, EmulatedModel model, List<PromptMessage> messages, bool thinking, Func<string, ApiRefusal> parameter)
    {
        string? format = options.Get("response_format").Text("type");
        if (format is null or "text" or "json_schema")
            return;
        if (format != "json_object")
            throw parameter($"Unknown format of response_format, {format}");
        if (!messages.Exists(message => message.Text.Contains("json", StringComparison.OrdinalIgnoreCase)))
            throw parameter("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.");
        if (thinking && !model.WritesJsonWhileThinking)
            throw parameter("Json mode response is not supported when enable_thinking is true");
    }
}
