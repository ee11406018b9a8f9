using System.Globalization;
using System.Text.Json;
using QwenChat.Emulator.Tools;

namespace QwenChat.Emulator.Endpoints;

/// <summary>A validated request to the Responses API (wire §2.3, §2.8).</summary>
internal sealed class ResponsesRequest
{
    private static readonly string[] s_efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    private ResponsesRequest(JsonElement body, EmulatedModel model)
    {
        Body = body;
        Model = model;
        Check();
        ToolUse = FlatToolUse.Read(body, model, Thinks);
    }

    public JsonElement Body { get; }

    public EmulatedModel Model { get; }

    public ToolUse ToolUse { get; }

    public bool Streams => Body.Flag("stream") ?? false;

    public bool Stores => Body.Flag("store") ?? true;

    public string? Instructions => Body.Text("instructions");

    public string? PreviousResponseId => Body.Text("previous_response_id");

    /// <summary>
    /// The conversation id. OpenAI's packages send an object, but the service's documentation shows a string. Both are assumed to be accepted [A16].
    /// </summary>
    public string? ConversationId => Body.Text("conversation") ?? Body.Get("conversation").Text("id");

    /// <summary>Whether the model thinks. <c>reasoning.effort</c> takes precedence over <c>enable_thinking</c> (wire §2.3).</summary>
    public bool Thinks => Model.Thinking switch
    {
        EmulatedThinking.Only => true,
        EmulatedThinking.Never => false,
        var byDefault => Body.Get("reasoning").Text("effort") is { } effort
            ? effort != "none" : Body.Flag("enable_thinking") ?? byDefault == EmulatedThinking.On,
    };

    /// <summary>Returns whether a body specifies a conversation; false if the body is not valid JSON.</summary>
    public static bool NamesConversation(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Get("conversation").Exists();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads the <c>stream</c> option and the model name. Returns false and an empty name if the body is not valid JSON.</summary>
    public static (bool Streams, string Model) Peek(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return (document.RootElement.Flag("stream") ?? false, document.RootElement.Text("model") ?? "");
        }
        catch (JsonException)
        {
            return (false, "");
        }
    }

    public static ResponsesRequest Read(ApiCall call)
    {
        JsonElement body;
        try
        {
            body = call.ReadBody();
        }
        catch (JsonException)
        {
            throw ApiRefusal.Parameter("Required body invalid, please check the request body format.");
        }
        if (body.Text("model") is not { Length: > 0 } name)
            throw ApiRefusal.Parameter("you must provide a model parameter.");
        if (call.Models.Find(name) is not { Embeds: false } model)
            throw EmulatedModels.UnknownToResponses(name);
        return new ResponsesRequest(body, model);
    }

    private void Check()
    {
        if (PreviousResponseId is not null && ConversationId is not null)
            throw ApiRefusal.Parameter("Mutually exclusive parameters: Ensure you are only providing one of: previous_response_id or conversation.");
        CheckFlag("store");
        CheckFlag("stream");
        CheckNumber("temperature", value => value is >= 0 and < 2, "[0,2)");
        CheckNumber("top_p", value => value is > 0 and <= 1, "(0,1]");
        if (Body.Get("max_output_tokens") is { ValueKind: not JsonValueKind.Undefined } limit
            && !(limit.ValueKind == JsonValueKind.Number && limit.GetDouble() >= 16))
            throw ApiRefusal.Parameter($"Invalid 'max_output_tokens': must be greater than or equal to 16, got {Show(limit)}.");
        if (Body.Get("reasoning").Get("effort") is { ValueKind: not JsonValueKind.Undefined } effort
            && !(effort.ValueKind == JsonValueKind.String && s_efforts.Contains(effort.GetString())))
            throw ApiRefusal.Parameter(
                $"Invalid 'reasoning.effort': {Show(effort)}. Supported values are: ({string.Join(",", s_efforts.Select(word => $"'{word}'"))}).");
    }

    private void CheckFlag(string name)
    {
        if (Body.Get(name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.True or JsonValueKind.False) } value)
            throw ApiRefusal.Parameter($"Invalid '{name}': {Show(value)}. Must be a boolean.");
    }

    private void CheckNumber(string name, Func<double, bool> isIn, string range)
    {
        if (Body.Get(name) is { ValueKind: not JsonValueKind.Undefined } value && !(value.ValueKind == JsonValueKind.Number && isIn(value.GetDouble())))
            throw ApiRefusal.Parameter(string.Create(CultureInfo.InvariantCulture,
                $"Invalid '{name}': {Show(value)}. Expected a value between {range}, but got {Show(value)} instead."));
    }

    private static string Show(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
