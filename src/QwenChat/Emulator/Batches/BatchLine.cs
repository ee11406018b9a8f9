namespace QwenChat.Emulator.Batches;

internal sealed record BatchLine(string CustomId, byte[] Body)
{
    /// <summary>The request's line in a result file; null until the request has run.</summary>
    public byte[]? Result { get; set; }

    /// <summary>Whether the request failed, so that its line belongs in the error file.</summary>
    public bool HasFailed { get; set; }
}
