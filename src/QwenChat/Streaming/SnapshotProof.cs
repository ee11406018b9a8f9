namespace QwenChat.Streaming;

/// <summary>Records whether a server was found to send snapshots: the whole text so far in each chunk of a response.</summary>
internal sealed class SnapshotProof
{
    public bool IsGiven { get; set; }
}
