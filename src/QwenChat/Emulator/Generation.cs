using QwenChat.Emulator.ServiceTools;

namespace QwenChat.Emulator;

/// <summary>What the emulated model answers.</summary>
internal sealed record Generation
{
    public required DateTimeOffset CreatedAt { get; init; }

    public required string Model { get; init; }

    /// <summary>The thinking, in the pieces of a stream; none when there was none.</summary>
    public required IReadOnlyList<string> ThinkingPieces { get; init; }

    /// <summary>The text, in the pieces of a stream.</summary>
    public required IReadOnlyList<string> TextPieces { get; init; }

    public required IReadOnlyList<QwenToolCall> ToolCalls { get; init; }

    /// <summary><c>stop</c>, <c>length</c>, <c>tool_calls</c>; null when the service's time was up.</summary>
    public required string? FinishReason { get; init; }

    public required int InputTokens { get; init; }

    public required int CachedTokens { get; init; }

    public required int OutputTokens { get; init; }

    public required int ReasoningTokens { get; init; }

    /// <summary>Tokens written to the explicit or session cache; null when neither was asked for.</summary>
    public int? CacheCreationTokens { get; init; }

    /// <summary>The answers beyond the first, where several were asked for.</summary>
    public IReadOnlyList<GeneratedChoice> MoreChoices { get; init; } = [];

    public int MediaTokens { get; init; }

    public byte[]? Audio { get; init; }

    /// <summary>The calls of the service's own tools.</summary>
    public IReadOnlyList<EmulatedServiceCall> ServiceCalls { get; init; } = [];

    /// <summary>The web search; null when there was none.</summary>
    public EmulatedServiceCall? Search => ServiceCalls.FirstOrDefault(call => call.Type == "web_search");

    public string Text => string.Concat(TextPieces);

    public string Thinking => string.Concat(ThinkingPieces);

    public int TotalTokens => InputTokens + OutputTokens;
}
