namespace QwenChat;

/// <summary>What an emulator does differently from its defaults.</summary>
public sealed record QwenEmulatorOptions
{
    /// <summary>Makes the answers; null: <see cref="Replies"/>, or the emulator's own. What it throws becomes a 500 with the message.</summary>
    public Func<QwenEmulatorPrompt, CancellationToken, QwenEmulatorReply>? Reply { get; init; }

    /// <summary>Answers to give, in order; after the last the emulator gives its own again.</summary>
    public IReadOnlyList<QwenEmulatorReply> Replies { get; init; } = [];

    /// <summary>
    /// Whether every model name is answered. False: only the names in the catalogue and in the user's own catalogue file, so that a typo fails as it
    /// does at the service.
    /// </summary>
    public bool AnyModel { get; init; }

    /// <summary>The ids of the knowledge bases that there are; others are ignored without an error, as by the service.</summary>
    public IReadOnlyList<string> KnowledgeBases { get; init; } = ["kb-example"];

    /// <summary>How many words each event of a stream carries.</summary>
    public int WordsPerEvent { get; init; } = 1;

    /// <summary>An answer's text is repeated or cut so that its stream has this many pieces of text; null: as many as it has.</summary>
    public int? EventCount { get; init; }

    /// <summary>How long each event of a stream takes.</summary>
    public TimeSpan DelayBetweenEvents { get; init; }

    /// <summary>What the emulator's count of tokens is multiplied with: a tokenizer that counts differently.</summary>
    public double TokenFactor { get; init; } = 1.0;

    /// <summary>The most input tokens of every model; null: what each model takes.</summary>
    public int? MaximumInputTokens { get; init; }

    /// <summary>The most requests in a minute to each model; more are refused with status 429. Null: no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The most tokens in a minute of each model: when they are used up, requests are refused with status 429. Null: no limit.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>The shortest common prefix that the context cache reports (qwen-api §9: 1024, in older documents 256).</summary>
    public int CacheMinimumTokens { get; init; } = 256;

    /// <summary>The largest request body that is taken (qwen-api §1.6).</summary>
    public int MaximumBodyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a batch takes, on the emulator's clock.</summary>
    public TimeSpan BatchDuration { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The clock that the emulator's own is built on.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
