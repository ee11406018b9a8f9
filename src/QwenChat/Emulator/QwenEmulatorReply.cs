namespace QwenChat;

/// <summary>What an emulator is to answer. A string is an answer with that text.</summary>
public sealed record QwenEmulatorReply
{
    /// <summary>An answer.</summary>
    /// <param name="text">Its text.</param>
    public QwenEmulatorReply(string? text = null) => Text = text ?? "";

    /// <summary>The answer's text.</summary>
    public string Text { get; init; }

    /// <summary>The thinking before the answer; null: the emulator's own, where the request lets the model think.</summary>
    public string? Thinking { get; init; }

    /// <summary>Calls for the caller to make.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    /// <summary>Why the answer ends, in the word of Chat Completions; null: <c>stop</c>, <c>tool_calls</c> or <c>length</c>, as it is.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Raw audio for models that speak, PCM 24 kHz, mono, 16 bit; null: silence as long as the text.</summary>
    public byte[]? Audio { get; init; }

    /// <summary>An answer with that text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator QwenEmulatorReply(string text) => new(text);

    /// <summary>An answer with that text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The answer.</returns>
    public static QwenEmulatorReply FromString(string text) => new(text);
}
