namespace QwenChat.Cost;

/// <summary>
/// Counts consecutive failures of calls that are optional for a turn. After several failures, the calls pause for some turns before the next attempt.
/// </summary>
/// <param name="Count">The number of failures.</param>
/// <param name="At">The number of turns in the conversation at the last failure.</param>
internal readonly record struct CallFailures(int Count, int At)
{
    /// <summary>The number of consecutive failures after which calls pause.</summary>
    public const int Most = 3;

    /// <summary>The length of a pause in turns.</summary>
    public const int Pause = 10;

    /// <summary>The advice in the warning about the failure that starts the first pause; empty for other failures.</summary>
    public string Advice => Count == Most
        ? $" This was the third failure in a row. The next attempt will be made in {Pause} turns." : "";

    /// <summary>
    /// Returns whether to make the call, given the number of turns in the conversation. After an undo, the pause ends earlier, never later.
    /// </summary>
    public bool MayTry(int turns) => Count < Most || turns >= At + Pause || turns < At;

    public CallFailures Failed(int turns) => new(Count + 1, turns);
}
