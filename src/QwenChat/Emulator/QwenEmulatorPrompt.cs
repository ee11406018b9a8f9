namespace QwenChat;

/// <summary>The prompt for a model: the request, together with the history that the service stores.</summary>
public sealed record QwenEmulatorPrompt
{
    /// <summary>The API: <c>Responses</c>, <c>Conversations</c>, <c>ChatCompletions</c> or <c>DashScope</c>.</summary>
    public required string Api { get; init; }

    /// <summary>The requested model.</summary>
    public required string Model { get; init; }

    /// <summary>The system prompt of the request: its <c>instructions</c>, or the system messages at its start; null if the request has none.</summary>
    public string? Instructions { get; init; }

    /// <summary>The messages, oldest first.</summary>
    public required IReadOnlyList<QwenEmulatorMessage> Messages { get; init; }

    /// <summary>Whether the model should think before the answer.</summary>
    public bool Thinking { get; init; }

    /// <summary>The functions that the model may call; empty if the request has no functions.</summary>
    public IReadOnlyList<QwenEmulatorTool> Tools { get; init; } = [];

    /// <summary>The tool choice: <c>auto</c>, <c>none</c>, <c>required</c>, or the name of the function to call.</summary>
    public string ToolChoice { get; init; } = "auto";

    /// <summary>The requested format of the answer, such as <c>json_object</c> or <c>json_schema</c>; null for text.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary>The JSON schema of the answer, as a string; null if the request has none.</summary>
    public string? ResponseSchema { get; init; }

    /// <summary>The function that the model must call; null if no function must be called.</summary>
    internal QwenEmulatorTool? ForcedTool { get; init; }

    /// <summary>The text of the last user message; empty if the prompt has no user message.</summary>
    public string LastMessage => Messages.LastOrDefault(message => message.Role == "user")?.Text ?? "";
}

/// <summary>A message of a prompt.</summary>
/// <param name="Role">The role: <c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c> or <c>tool</c>.</param>
/// <param name="Text">The text of the message, without media.</param>
public sealed record QwenEmulatorMessage(string Role, string Text)
{
    /// <summary>The thinking that was sent with the message; null if the message has no thinking.</summary>
    public string? Thinking { get; init; }

    /// <summary>The URLs of the images, videos, audio and files in the message.</summary>
    public IReadOnlyList<string> Media { get; init; } = [];

    /// <summary>The tool calls in an assistant message.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    /// <summary>The id of the call, if the message is a tool result; otherwise null.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Returns the text of the message.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
