namespace QwenChat.Recall;

/// <summary>
/// The turns that can be recalled: all turns before <paramref name="End"/>, except those from <paramref name="ReadFrom"/> to <paramref name="ReadTo"/>
/// (exclusive), which the model reads at the beginning of a request whose middle the service drops.
/// </summary>
internal readonly record struct RecallRange(int End, int ReadFrom, int ReadTo)
{
    public int Count => End - (ReadTo - ReadFrom);

    /// <summary>Returns whether a turn before the end is read by the model, and therefore not recalled.</summary>
    public bool IsRead(int index) => index >= ReadFrom && index < ReadTo;
}
