namespace QwenChat.Emulator;

/// <summary>An additional answer to the same prompt. It contains neither thinking nor tool calls.</summary>
/// <param name="TextPieces">The text, in stream chunks.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
internal sealed record GeneratedChoice(IReadOnlyList<string> TextPieces, string FinishReason)
{
    public string Text => string.Concat(TextPieces);
}
