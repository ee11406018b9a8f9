namespace QwenChat.Commands.Tools;

/// <summary>The result of a tool run.</summary>
/// <param name="Text">The text for the model.</param>
/// <param name="Error">The error; null if the tool succeeded.</param>
internal sealed record ToolResult(string Text, string? Error);
