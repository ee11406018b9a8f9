namespace QwenChat;

/// <summary>The settings of an emulator.</summary>
public sealed record QwenEmulatorOptions
{
    /// <summary>
    /// Generates the answers; null to use <see cref="Replies"/> or the default answers. If the function throws an exception, a response with status
    /// 500 and the message of the exception is returned.
    /// </summary>
    public Func<QwenEmulatorPrompt, CancellationToken, QwenEmulatorReply>? Reply { get; init; }

    /// <summary>The answers to return, in order. After the last of these answers, the emulator returns its default answers.</summary>
    public IReadOnlyList<QwenEmulatorReply> Replies { get; init; } = [];

    /// <summary>
    /// Whether every model name is accepted. If false, a name must be in the catalog or in the user's own catalog file, because the service also rejects
    /// unknown names.
    /// </summary>
    public bool AnyModel { get; init; }

    /// <summary>The ids of the existing knowledge bases. Like the service, the emulator ignores other ids without an error.</summary>
    public IReadOnlyList<string> KnowledgeBases { get; init; } = ["kb-example"];

    /// <summary>The number of words in each event of a stream.</summary>
    public int WordsPerEvent { get; init; } = 1;

    /// <summary>The number of text chunks in a streamed answer. The text is repeated or cut to match. Null to stream the text unchanged.</summary>
    public int? EventCount { get; init; }

    /// <summary>The delay between the events of a stream.</summary>
    public TimeSpan DelayBetweenEvents { get; init; }

    /// <summary>The factor by which the emulator's token counts are multiplied, to simulate a different tokenizer.</summary>
    public double TokenFactor { get; init; } = 1.0;

    /// <summary>The maximum number of input tokens for all models; null to use the limit of each model.</summary>
    public int? MaximumInputTokens { get; init; }

    /// <summary>The maximum number of requests per minute for each model; null for no limit. Further requests are rejected with status 429.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The maximum number of tokens per minute for each model; null for no limit. Further requests are rejected with status 429.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>The minimum length, in tokens, of a cached prefix; 1024 at the service, 256 for older models (wire §9).</summary>
    public int CacheMinimumTokens { get; init; } = 256;

    /// <summary>The maximum size of a request body (wire §1.6).</summary>
    public int MaximumBodyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The time that a batch takes to complete, on the emulator's clock.</summary>
    public TimeSpan BatchDuration { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The clock on which the emulator's clock is based.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
