namespace QwenChat;

/// <summary>The settings of an emulator that differ from its defaults.</summary>
public sealed record QwenEmulatorOptions
{
    /// <summary>Makes the answers; null for <see cref="Replies"/>, or the emulator's own. An exception becomes a 500 with its message.</summary>
    public Func<QwenEmulatorPrompt, CancellationToken, QwenEmulatorReply>? Reply { get; init; }

    /// <summary>The answers to give, in order; after the last one the emulator gives its own.</summary>
    public IReadOnlyList<QwenEmulatorReply> Replies { get; init; } = [];

    /// <summary>
    /// Whether every model name is accepted. Otherwise only the names in the catalog and in the user's own catalog file are, so that a typo fails as it
    /// does at the service.
    /// </summary>
    public bool AnyModel { get; init; }

    /// <summary>The ids of the existing knowledge bases; others are ignored without an error, as by the service.</summary>
    public IReadOnlyList<string> KnowledgeBases { get; init; } = ["kb-example"];

    /// <summary>The number of words in each event of a stream.</summary>
    public int WordsPerEvent { get; init; } = 1;

    /// <summary>The number of text pieces in the stream of an answer, which is repeated or cut to match; null for its own number.</summary>
    public int? EventCount { get; init; }

    /// <summary>The delay before each event of a stream.</summary>
    public TimeSpan DelayBetweenEvents { get; init; }

    /// <summary>The factor for the emulator's token counts, to simulate another tokenizer.</summary>
    public double TokenFactor { get; init; } = 1.0;

    /// <summary>The maximum number of input tokens of every model; null for each model's own limit.</summary>
    public int? MaximumInputTokens { get; init; }

    /// <summary>The maximum number of requests per minute for each model; more are rejected with status 429. Null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The maximum number of tokens per minute for each model; then requests are rejected with status 429. Null for no limit.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>The shortest common prefix reported by the context cache (wire §9: 1024, in older documents 256).</summary>
    public int CacheMinimumTokens { get; init; } = 256;

    /// <summary>The maximum size of a request body (wire §1.6).</summary>
    public int MaximumBodyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The duration of a batch, on the emulator's clock.</summary>
    public TimeSpan BatchDuration { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The clock on which the emulator's own is based.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
