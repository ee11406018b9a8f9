using System.Text.Json;
using QwenChat.Emulator.Http;
using QwenChat.Emulator.ServiceTools;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>A validated request to the DashScope native API (wire §5.2).</summary>
internal sealed class DashScopeRequest
{
    public const string Multimodal = "multimodal-generation";
    private static readonly string[] s_roles = ["system", "user", "assistant", "tool"];

    private DashScopeRequest(GenerationRequest generation, JsonElement parameters, bool writesParts)
    {
        Generation = generation;
        Parameters = parameters;
        WritesParts = writesParts;
    }

    public GenerationRequest Generation { get; }

    public JsonElement Parameters { get; }

    /// <summary>Whether message content is an array of parts instead of a string.</summary>
    public bool WritesParts { get; }

    /// <summary>Whether each event contains only new text; otherwise, each event contains all text so far.</summary>
    public bool IsIncremental => Parameters.Flag("incremental_output") ?? false;

    /// <summary>
    /// Whether the response has the older format, <c>output.text</c>, which is the default without thinking, media or tools (wire §5.2).
    /// </summary>
    public bool WritesPlainText =>
        !WritesParts && !Generation.Thinking && (Parameters.Text("result_format") ?? "text") == "text" && !Parameters.Get("tools").Exists();

    /// <summary>Whether the response lists the pages that the search found.</summary>
    public bool ShowsSources => Parameters.Get("search_options").Flag("enable_source") ?? false;

    /// <summary>Returns whether a header of the request specifies streaming: <c>X-DashScope-SSE</c> or <c>Accept</c> (wire §1.4).</summary>
    public static bool AsksForStream(HttpRequest request) =>
        string.Equals(request.Header("x-dashscope-sse"), "enable", StringComparison.OrdinalIgnoreCase) ||
        request.Header("accept")?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;

    public static DashScopeRequest Read(string endpoint, ApiCall call)
    {
        JsonElement body;
        try
        {
            body = call.ReadBody();
        }
        catch (JsonException)
        {
            throw new ApiRefusal(400, "BadRequest.IllegalInput", "The input parameter requires json format.");
        }
        if (body.Text("model") is not { Length: > 0 } name)
            throw new ApiRefusal(400, "BadRequest.EmptyModel", "Required parameter \"model\" missing from request.");
        var model = call.Models.RequireNative(name);
        if (model.Embeds || (model.NativeEndpoint != "*" && model.NativeEndpoint != endpoint))
            throw ApiRefusal.Parameter("url error, please check url！");
        var input = body.Get("input");
        if (!input.Exists())
            throw new ApiRefusal(400, "BadRequest.EmptyInput", "Required input parameter missing from request.");
        var parameters = body.Get("parameters");
        bool streams = AsksForStream(call.Request);
        bool thinking = ThinkingSwitch.Read(parameters, model, ApiRefusal.Parameter);
        SamplingCheck.Run(parameters, model, ApiRefusal.Parameter);
        ModeCheck.Run(model, streams, thinking, parameters, ApiRefusal.Parameter);
        if (thinking && parameters.Text("result_format") == "text")
            throw ApiRefusal.Parameter("The result_format parameter must be \"message\" when enable_thinking is true");
        if (thinking && streams && parameters.Flag("incremental_output") != true)
            throw ApiRefusal.Parameter("The incremental_output parameter must be \"true\" when enable_thinking is true");
        if (parameters.Flag("enable_search") == true && endpoint == Multimodal && !streams)
            throw ApiRefusal.Parameter("Non-streaming mode does not support Web Search");
        var serviceTools = ServiceToolReader.ReadSwitches(parameters, model, streams, thinking, ApiRefusal.Parameter);
        var toolUse = new NestedToolUse(ApiRefusal.Parameter, ApiRefusal.Engine).Read(parameters, model, thinking);
        var messages = ReadMessages(input, model);
        ModeCheck.JsonMode(parameters, model, messages, ApiRefusal.Parameter);
        var (instructions, isMarked, rest) = MessageList.Part(messages);
        var generation = new GenerationRequest
        {
            Api = "DashScope",
            Model = model,
            Instructions = instructions,
            MarksInstructions = isMarked,
            Messages = rest,
            Thinking = thinking,
            ThinkingBudget = parameters.Integer("thinking_budget"),
            MaximumAnswerTokens = parameters.Integer("max_tokens"),
            MaximumTokens = parameters.Integer("max_completion_tokens"),
            Stops = StopSequences.Read(parameters, ApiRefusal.Parameter),
            ToolUse = toolUse,
            Format = ModeCheck.Format(parameters),
            Choices = parameters.Integer("n") ?? 1,
            ServiceTools = serviceTools,
            PreserveThinking = parameters.Flag("preserve_thinking") ?? model.PreservesThinking,
        };
        return new DashScopeRequest(generation, parameters, endpoint == Multimodal);
    }

    private static List<PromptMessage> ReadMessages(JsonElement input, EmulatedModel model)
    {
        const string invalid = "Role must be user or assistant and Content length must be greater than 0";
        var array = input.Get("messages");
        string? prompt = input.Text("prompt");
        if (prompt is { Length: > 0 } && !array.Exists())
            return [new PromptMessage("user", prompt)];
        // A prompt together with an empty array of messages caused the recorded parameter error (wire §5.5).
        if (prompt is not null && array.ValueKind == JsonValueKind.Array && array.GetArrayLength() == 0)
            throw ApiRefusal.Parameter(invalid);
        var messages = MessageList.Read(array, model, ApiRefusal.Parameter, ApiRefusal.Engine);
        return messages.TrueForAll(message => s_roles.Contains(message.Role)) ? messages : throw ApiRefusal.Parameter(invalid);
    }
}
