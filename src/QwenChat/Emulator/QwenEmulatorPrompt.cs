namespace QwenChat;

/// <summary>The prompt for a model: the request, and the history that the service keeps.</summary>
public sealed record QwenEmulatorPrompt
{
    /// <summary><c>Responses</c>, <c>Conversations</c>, <c>ChatCompletions</c> or <c>DashScope</c>.</summary>
    public required string Api { get; init; }

    /// <summary>The requested model.</summary>
    public required string Model { get; init; }

    /// <summary>The system prompt of the request: its <c>instructions</c>, or the system messages at its start; null if the request has none.</summary>
    public string? Instructions { get; init; }

    /// <summary>The messages, oldest first; the last is the newest.</summary>
    public required IReadOnlyList<QwenEmulatorMessage> Messages { get; init; }

    /// <summary>Whether the model should think before the answer.</summary>
    public bool Thinking { get; init; }

    /// <summary>The functions offered to the model; empty if there are none.</summary>
    public IReadOnlyList<QwenEmulatorTool> Tools { get; init; } = [];

    /// <summary><c>auto</c>, <c>none</c>, <c>required</c>, or the name of the function to call.</summary>
    public string ToolChoice { get; init; } = "auto";

    /// <summary>The requested format of the answer, such as <c>json_object</c> or <c>json_schema</c>; null for text.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary>The JSON schema of the answer, as a string; null if the request has none.</summary>
    public string? ResponseSchema { get; init; }

    /// <summary>The name of the function that must be called; null if the model decides.</summary>
    internal QwenEmulatorTool? ForcedTool { get; init; }

    /// <summary>The text of the last user message; empty if there is none.</summary>
    public string LastMessage => Messages.LastOrDefault(message => message.Role == "user")?.Text ?? "";
}

/// <summary>One message of a prompt.</summary>
/// <param name="Role"><c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c>, <c>tool</c>.</param>
/// <param name="Text">The text of the message; media are omitted.</param>
public sealed record QwenEmulatorMessage(string Role, string Text)
{
    /// <summary>The thinking sent with the message; null if there is none.</summary>
    public string? Thinking { get; init; }

    /// <summary>The URLs of the message's images, videos, audio and files.</summary>
    public IReadOnlyList<string> Media { get; init; } = [];

    /// <summary>The tool calls in an assistant message.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    /// <summary>The id of the call for a tool result; null for other messages.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Returns the text of the message.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
