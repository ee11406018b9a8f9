namespace QwenChat;

/// <summary>What a model would be given: what was sent, and the history that the service holds.</summary>
public sealed record QwenEmulatorPrompt
{
    /// <summary><c>Responses</c>, <c>Conversations</c>, <c>ChatCompletions</c> or <c>DashScope</c>.</summary>
    public required string Api { get; init; }

    /// <summary>The model that was asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The request's system text: its <c>instructions</c>, or the system messages it begins with; null when it has none.</summary>
    public string? Instructions { get; init; }

    /// <summary>The messages, oldest first; the last is the newest.</summary>
    public required IReadOnlyList<QwenEmulatorMessage> Messages { get; init; }

    /// <summary>Whether the answer is to show thinking.</summary>
    public bool Thinking { get; init; }

    /// <summary>The functions that the model is offered; empty when there are none.</summary>
    public IReadOnlyList<QwenEmulatorTool> Tools { get; init; } = [];

    /// <summary><c>auto</c>, <c>none</c>, <c>required</c>, or the name of the one function that is to be called.</summary>
    public string ToolChoice { get; init; } = "auto";

    /// <summary>The form of the answer that is asked for, such as <c>json_object</c> or <c>json_schema</c>; null for text.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary>The JSON schema of the answer, as text; null when the request has none.</summary>
    public string? ResponseSchema { get; init; }

    /// <summary>The function that has to be called; null when the model decides.</summary>
    internal QwenEmulatorTool? ForcedTool { get; init; }

    /// <summary>The text of the last message of the user; empty when there is none.</summary>
    public string LastMessage => Messages.LastOrDefault(message => message.Role == "user")?.Text ?? "";
}

/// <summary>One message of a prompt.</summary>
/// <param name="Role"><c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c>, <c>tool</c>.</param>
/// <param name="Text">The message's text; media are left out.</param>
public sealed record QwenEmulatorMessage(string Role, string Text)
{
    /// <summary>The thinking that was sent back with the message; null when there was none.</summary>
    public string? Thinking { get; init; }

    /// <summary>The addresses of the message's images, videos, sounds and files.</summary>
    public IReadOnlyList<string> Media { get; init; } = [];

    /// <summary>The calls that an assistant's message asks for.</summary>
    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a tool's result answers; null for other messages.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The message's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
