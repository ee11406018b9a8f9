namespace QwenChat.Emulator;

/// <summary>What an endpoint asks the emulated model for.</summary>
internal sealed record GenerationRequest
{
    public required string Api { get; init; }

    public required EmulatedModel Model { get; init; }

    public string? Instructions { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    public bool Thinking { get; init; }

    public int? ThinkingBudget { get; init; }

    /// <summary>The most tokens of the answer alone.</summary>
    public int? MaximumAnswerTokens { get; init; }

    /// <summary>The most tokens of thinking and answer together.</summary>
    public int? MaximumTokens { get; init; }

    /// <summary>Whether earlier thinking is a part of the prompt.</summary>
    public bool PreserveThinking { get; init; }

    /// <summary>Tokens of text that the API adds by itself (qwen-api §2.3).</summary>
    public int BuiltInTokens { get; init; }

    /// <summary>Whether the model may search the web.</summary>
    public bool Searches { get; init; }

    /// <summary>Whether the instructions are marked for the explicit cache.</summary>
    public bool MarksInstructions { get; init; }

    /// <summary>Whether the session cache is asked for (qwen-api §9).</summary>
    public bool CachesSession { get; init; }

    /// <summary>True: what does not fit is left out, oldest first, without a word (qwen-api §2.3). False: it is refused.</summary>
    public bool Truncates { get; init; }
}

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

    public int MediaTokens { get; init; }

    public byte[]? Audio { get; init; }

    /// <summary>What was searched for; null when nothing was.</summary>
    public EmulatedSearch? Search { get; init; }

    public string Text => string.Concat(TextPieces);

    public string Thinking => string.Concat(ThinkingPieces);

    public int TotalTokens => InputTokens + OutputTokens;
}
