namespace QwenChat.Streaming;

/// <summary>Whether a server proved to send the whole text so far in each piece of an answer.</summary>
internal sealed class SnapshotProof
{
    public bool IsGiven { get; set; }
}
