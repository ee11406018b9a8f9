namespace QwenChat.Streaming;

/// <summary>Records whether the server was found to send snapshots. Each chunk of such a response contains the whole text so far.</summary>
internal sealed class SnapshotProof
{
    public bool IsGiven { get; set; }
}
