using System.Text.Json;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Checks combinations of options, and reports the service's error messages (wire §12.3).</summary>
internal static class ModeCheck
{
    public static void Run(EmulatedModel model, bool streams, bool thinking, JsonElement options, Func<string, ApiRefusal> parameter)
    {
        if (model.StreamsOnly && !streams)
            throw parameter("This model only support stream mode, please enable the stream parameter to access the model.");
        if (model.ThinksInStreamsOnly && thinking && !streams)
            throw parameter("parameter.enable_thinking must be set to false for non-streaming calls");
        CheckChoices(options, thinking, parameter);
    }

    /// <summary>Checks JSON mode. Older thinking models do not reject JSON mode, although they might not write JSON (wire §15).</summary>
    public static void JsonMode(JsonElement options, EmulatedModel model, List<PromptMessage> messages, Func<string, ApiRefusal> parameter)
    {
        string? format = options.Get("response_format").Text("type");
        // The models that accept a schema are documented (wire §15). Other models are assumed to reject a schema, with the error message below [A6].
        if (format is null or "text" || (format == "json_schema" && model.TakesJsonSchema))
            return;
        if (format != "json_object")
            throw parameter($"Unknown format of response_format, {format}");
        if (!messages.Exists(message => message.Role is "system" or "user" && message.Text.Contains("json", StringComparison.OrdinalIgnoreCase)))
            throw parameter("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.");
    }

    /// <summary>Returns the format of the answer; null for text.</summary>
    public static JsonElement? Format(JsonElement options) =>
        options.Get("response_format") is var format && format.Text("type") is not (null or "text") ? format.Clone() : null;

    /// <summary>Rejects more than one choice with tools or thinking (wire §4.1, §7). The error message is assumed [A7].</summary>
    private static void CheckChoices(JsonElement options, bool thinking, Func<string, ApiRefusal> parameter)
    {
        if (options.Integer("n") > 1 && (thinking || options.Get("tools").Elements().Any()))
            throw parameter("Range of n should be [1, 1]");
    }
}
