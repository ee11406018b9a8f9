namespace QwenChat;

/// <summary>An earlier turn that a request carried because its message seemed to be about it.</summary>
public sealed record QwenRecalledTurn
{
    /// <summary>The turn's number in the conversation, from 1.</summary>
    public required int Turn { get; init; }

    /// <summary>
    /// The higher the better. By meaning the cosine of the angle between message and turn, at most 1; by words a number to compare within one
    /// request.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>By what it was found: one of the names of <see cref="QwenSearchMode"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>What was said in the turn, the message and then the answer; of a long turn the part that was found.</summary>
    public required string Text { get; init; }

    /// <summary>The turn's number and score.</summary>
    /// <returns>Such as <c>turn 3 (0.82)</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"turn {Turn} ({Score:0.00})");
}
