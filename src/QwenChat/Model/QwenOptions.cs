using System.Text.Json;
using QwenChat.Model;

namespace QwenChat;

/// <summary>Whether a model thinks before it answers.</summary>
public enum QwenThinking
{
    /// <summary>The model's default.</summary>
    Default,
    /// <summary>Think.</summary>
    On,
    /// <summary>Do not think.</summary>
    Off,
}

/// <summary>
/// The request options of a conversation or of a single turn. If a property is null, the conversation's value applies; if that is also null, the service's
/// default.
/// </summary>
public sealed record QwenOptions
{
    /// <summary>The model's name, as the service spells it.</summary>
    public string? Model { get; init; }

    /// <summary>The system message; sent with every turn.</summary>
    public string? Instructions { get; init; }

    /// <summary>Whether the model thinks before it answers.</summary>
    public QwenThinking? Thinking { get; init; }

    /// <summary>The maximum number of tokens for thinking. Not available in the Responses and Conversations APIs.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>The reasoning effort: <c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, <c>max</c>.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>The sampling temperature: 0 or more, less than 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>The nucleus sampling probability: greater than 0 and at most 1.</summary>
    public double? TopP { get; init; }

    /// <summary>The maximum number of tokens in an answer.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>The random seed. The Responses API ignores it.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether the model may search the web.</summary>
    public bool? Search { get; init; }

    /// <summary>The service tools that the model may use.</summary>
    public QwenBuiltInTool? BuiltInTool { get; init; }

    /// <summary>The id of the knowledge base to search.</summary>
    public string? KnowledgeBase { get; init; }

    /// <summary>The MCP servers that the service may call.</summary>
    public IReadOnlyList<QwenRemoteMcpServer>? RemoteMcpServer { get; init; }

    /// <summary>Whether to set explicit cache markers (wire §9).</summary>
    public bool? ExplicitCache { get; init; }

    /// <summary>Whether to request the Responses API's session cache (wire §9).</summary>
    public bool? SessionCache { get; init; }

    /// <summary>Additional fields of the request body, written at the location that the API expects.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ExtraBody { get; init; }

    /// <summary>Combines these options with defaults from <paramref name="fallback"/>.</summary>
    /// <param name="fallback">The options that supply missing values.</param>
    /// <returns>The combined options.</returns>
    public QwenOptions Over(QwenOptions? fallback) => fallback is null ? this : OptionField.Fill(this with { }, fallback);
}
