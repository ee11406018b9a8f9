namespace QwenChat.Emulator.Batches;

internal sealed record BatchLine(string CustomId, byte[] Body)
{
    /// <summary>The line to write to the output or error file; null until the request has run.</summary>
    public byte[]? Result { get; set; }

    /// <summary>Whether the request failed. If so, <see cref="Result"/> is written to the error file.</summary>
    public bool HasFailed { get; set; }
}
