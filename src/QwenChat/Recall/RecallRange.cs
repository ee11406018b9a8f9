namespace QwenChat.Recall;

/// <summary>
/// The turns that can be recalled: all turns before <paramref name="End"/>, except those from <paramref name="ReadFrom"/> to <paramref name="ReadTo"/>
/// (exclusive). The model reads the excepted turns, which precede the middle that the service drops from a request.
/// </summary>
internal readonly record struct RecallRange(int End, int ReadFrom, int ReadTo)
{
    public int Count => End - (ReadTo - ReadFrom);

    /// <summary>Returns whether the model already reads a turn, so that the turn need not be recalled.</summary>
    public bool IsRead(int index) => index >= ReadFrom && index < ReadTo;
}
