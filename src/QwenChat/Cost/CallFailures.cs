namespace QwenChat.Cost;

/// <summary>Failures in a row of calls that a turn can do without. After some of them there is a pause of some turns, and then one more attempt.</summary>
/// <param name="Count">How many.</param>
/// <param name="At">How many turns the conversation had at the last of them.</param>
internal readonly record struct CallFailures(int Count, int At)
{
    /// <summary>So many failures begin a pause.</summary>
    public const int Most = 3;

    /// <summary>How many turns a pause has.</summary>
    public const int Pause = 10;

    /// <summary>What a warning says of the failure that began the first pause; empty for others.</summary>
    public string Advice => Count == Most
        ? $" This was the third time, and it is tried again {Pause} turns from now." : "";

    /// <summary>Whether the call is made when the conversation has so many turns. After an undo the pause is over sooner, never later.</summary>
    public bool MayTry(int turns) => Count < Most || turns >= At + Pause || turns < At;

    /// <summary>With one more failure.</summary>
    public CallFailures Failed(int turns) => new(Count + 1, turns);
}
