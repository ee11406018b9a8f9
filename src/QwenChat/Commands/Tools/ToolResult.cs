namespace QwenChat.Commands.Tools;

/// <summary>What came of a tool that was started.</summary>
/// <param name="Text">What the model is told.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record ToolResult(string Text, string? Error);
