namespace QwenChat.Streaming;

/// <summary>Records whether the chunks of a response were found to be snapshots, each of which contains the whole text so far.</summary>
internal sealed class SnapshotProof
{
    public bool IsGiven { get; set; }
}
