namespace QwenChat.Emulator;

/// <summary>The error for a prompt that is longer than the model accepts. Each API has its own envelope for this error.</summary>
internal sealed class ContextLengthRefusal(int limit) : Exception
{
    public string Text { get; } = $"Range of input length should be [1, {limit}]";
}
