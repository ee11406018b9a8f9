namespace QwenChat;

/// <summary>An answer for the emulator to return. A string is converted to an answer with that text.</summary>
public sealed record QwenEmulatorReply
{
    /// <summary>Creates an answer.</summary>
    /// <param name="text">The text of the answer.</param>
    public QwenEmulatorReply(string? text = null) => Text = text ?? "";

    /// <summary>The text of the answer.</summary>
    public string Text { get; init; }

    /// <summary>The thinking before the answer. If the value is null and the request enables thinking, the emulator's default thinking is returned.</summary>
    public string? Thinking { get; init; }

    /// <summary>The tool calls that the client must run.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    /// <summary>The finish reason, as named by Chat Completions; null to choose <c>stop</c>, <c>tool_calls</c> or <c>length</c> automatically.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Raw audio for models that support spoken answers: PCM, 24 kHz, mono, 16 bit. Null for silence whose length matches the text.</summary>
    public byte[]? Audio { get; init; }

    /// <summary>Converts text to an answer.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator QwenEmulatorReply(string text) => new(text);

    /// <summary>Returns an answer with the specified text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The answer.</returns>
    public static QwenEmulatorReply FromString(string text) => new(text);
}
