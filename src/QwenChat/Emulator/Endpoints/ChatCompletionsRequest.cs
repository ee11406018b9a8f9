using System.Text.Json;
using QwenChat.Emulator.ServiceTools;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>A validated Chat Completions request.</summary>
internal sealed class ChatCompletionsRequest
{
    private ChatCompletionsRequest(GenerationRequest generation, bool streams, bool includesUsage, bool speaks)
    {
        Generation = generation;
        Streams = streams;
        IncludesUsage = includesUsage;
        Speaks = speaks;
    }

    public GenerationRequest Generation { get; }

    public bool Streams { get; }

    public bool IncludesUsage { get; }

    public bool Speaks { get; }

    /// <summary>Whether the usage data includes the number of service tool calls and of document pages (<c>include_tool_usage</c>).</summary>
    public bool CountsTools { get; private init; }

    public static ChatCompletionsRequest Read(ApiCall call)
    {
        JsonElement body;
        try
        {
            body = call.ReadBody();
        }
        catch (JsonException)
        {
            throw ApiRefusal.ChatParameter("Required body invalid, please check the request body format.");
        }
        if (body.Text("model") is not { Length: > 0 } name)
            throw new ApiRefusal(400, "invalid_request_error", "you must provide a model parameter.");
        var model = call.Models.Require(name);
        // An embedding model cannot chat; the error message is assumed [A2].
        if (model.Embeds)
            throw new ApiRefusal(404, "model_not_supported", $"Unsupported model {name} for OpenAI compatibility mode.");
        bool streams = body.Flag("stream") ?? false;
        bool thinking = ThinkingSwitch.Read(body, model, ApiRefusal.ChatParameter);
        SamplingCheck.Run(body, model, ApiRefusal.ChatParameter);
        ModeCheck.Run(model, streams, thinking, body, ApiRefusal.ChatParameter);
        var serviceTools = ServiceToolReader.ReadSwitches(body, model, streams, thinking, ApiRefusal.ChatParameter);
        var toolUse = new NestedToolUse(ApiRefusal.ChatParameter, ApiRefusal.ChatEngine).Read(body, model, thinking);
        var messages = MessageList.Read(body.Get("messages"), model, ApiRefusal.ChatParameter, ApiRefusal.ChatEngine);
        ModeCheck.JsonMode(body, model, messages, ApiRefusal.ChatParameter);
        bool speaks = body.Get("modalities").Elements().Any(modality => modality.ValueKind == JsonValueKind.String && modality.GetString() == "audio");
        if (speaks && !streams)
            throw ApiRefusal.ChatParameter("'audio' output only support with stream=true");
        var (instructions, isMarked, rest) = MessageList.Part(messages);
        var generation = new GenerationRequest
        {
            Api = "ChatCompletions",
            Model = model,
            Instructions = instructions,
            MarksInstructions = isMarked,
            Messages = rest,
            Thinking = thinking,
            ThinkingBudget = body.Integer("thinking_budget"),
            MaximumAnswerTokens = body.Integer("max_tokens"),
            MaximumTokens = body.Integer("max_completion_tokens"),
            Stops = StopSequences.Read(body, ApiRefusal.ChatParameter),
            ToolUse = toolUse with { HidesCalls = streams && model.StreamsCallsOnRequest && body.Flag("tool_stream") != true },
            ServiceTools = serviceTools,
            Format = ModeCheck.Format(body),
            Choices = body.Integer("n") ?? 1,
            PreserveThinking = body.Flag("preserve_thinking") ?? model.PreservesThinking,
        };
        return new ChatCompletionsRequest(generation, streams, body.Get("stream_options").Flag("include_usage") ?? false, speaks && model.Speaks)
        {
            CountsTools = body.Flag("include_tool_usage") ?? false,
        };
    }
}
