using System.Text.Json;
using QwenChat.Model;

namespace QwenChat;

/// <summary>Whether a model thinks before it answers.</summary>
public enum QwenThinking
{
    /// <summary>As the model does by itself.</summary>
    Default,
    /// <summary>Think.</summary>
    On,
    /// <summary>Do not think.</summary>
    Off,
}

/// <summary>
/// What a conversation asks for in every turn, or one turn alone. A member that is null leaves the choice to the conversation, and
/// there to the service.
/// </summary>
public sealed record QwenOptions
{
    /// <summary>The model's name, as the service has it.</summary>
    public string? Model { get; init; }

    /// <summary>The system text; sent with every turn.</summary>
    public string? Instructions { get; init; }

    /// <summary>Whether the model thinks first.</summary>
    public QwenThinking? Thinking { get; init; }

    /// <summary>The most tokens spent on thinking. Not for the Responses and Conversations APIs.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>How hard to think: <c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, <c>max</c>.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>From 0 to below 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>Above 0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>The most tokens of an answer.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>The random seed. The Responses API ignores it.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether the model may search the web.</summary>
    public bool? Search { get; init; }

    /// <summary>The tools of the service that the model may use.</summary>
    public QwenBuiltInTool? BuiltInTool { get; init; }

    /// <summary>The id of the knowledge base that is searched.</summary>
    public string? KnowledgeBase { get; init; }

    /// <summary>The MCP servers that the service may call.</summary>
    public IReadOnlyList<QwenRemoteMcpServer>? RemoteMcpServer { get; init; }

    /// <summary>Whether to set explicit cache markers (qwen-api §9).</summary>
    public bool? ExplicitCache { get; init; }

    /// <summary>Whether to ask for the Responses API's session cache (qwen-api §9).</summary>
    public bool? SessionCache { get; init; }

    /// <summary>Further fields for the request body, at the API's own place.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ExtraBody { get; init; }

    /// <summary>These options, and where they leave a choice, those of <paramref name="fallback"/>.</summary>
    /// <param name="fallback">The options that stand behind.</param>
    /// <returns>The combined options.</returns>
    public QwenOptions Over(QwenOptions? fallback) => fallback is null ? this : OptionField.Fill(this with { }, fallback);
}
