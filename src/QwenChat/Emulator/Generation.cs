using QwenChat.Emulator.ServiceTools;

namespace QwenChat.Emulator;

/// <summary>The answer of the emulated model.</summary>
internal sealed record Generation
{
    public required DateTimeOffset CreatedAt { get; init; }

    public required string Model { get; init; }

    /// <summary>The thinking, in stream chunks; empty without thinking.</summary>
    public required IReadOnlyList<string> ThinkingPieces { get; init; }

    /// <summary>The text, in stream chunks.</summary>
    public required IReadOnlyList<string> TextPieces { get; init; }

    public required IReadOnlyList<QwenToolCall> ToolCalls { get; init; }

    /// <summary>The finish reason: <c>stop</c>, <c>length</c> or <c>tool_calls</c>; null if the service timed out.</summary>
    public required string? FinishReason { get; init; }

    public required int InputTokens { get; init; }

    public required int CachedTokens { get; init; }

    public required int OutputTokens { get; init; }

    public required int ReasoningTokens { get; init; }

    /// <summary>The number of tokens that were written to the explicit cache or the session cache; null if the request uses neither.</summary>
    public int? CacheCreationTokens { get; init; }

    public IReadOnlyList<GeneratedChoice> MoreChoices { get; init; } = [];

    public int MediaTokens { get; init; }

    public int PdfPages { get; init; }

    public byte[]? Audio { get; init; }

    public IReadOnlyList<EmulatedServiceCall> ServiceCalls { get; init; } = [];

    /// <summary>The web search; null if the model did not search.</summary>
    public EmulatedServiceCall? Search => ServiceCalls.FirstOrDefault(call => call.Type == "web_search");

    public string Text => string.Concat(TextPieces);

    public string Thinking => string.Concat(ThinkingPieces);

    public int TotalTokens => InputTokens + OutputTokens;
}
