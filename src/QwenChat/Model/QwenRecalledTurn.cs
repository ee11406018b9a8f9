namespace QwenChat;

/// <summary>An earlier turn that a request contained because it was similar to the message.</summary>
public sealed record QwenRecalledTurn
{
    /// <summary>The name of the conversation that the turn is from, or its id if it has no name; null for the conversation of the request.</summary>
    public string? Conversation { get; init; }

    /// <summary>The turn's number in its conversation, from 1.</summary>
    public required int Turn { get; init; }

    /// <summary>
    /// The similarity; higher is better. For semantic search, the cosine similarity of the message and the turn, at most 1; for keyword search, a number that
    /// is only comparable within one request.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>The search mode that found the turn: one of the names of <see cref="QwenSearchMode"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>The text of the turn: the message followed by the answer. For a long turn, the part that matched.</summary>
    public required string Text { get; init; }

    /// <summary>Returns the turn's number and score.</summary>
    /// <returns>A string such as <c>turn 3 (0.82)</c>, or <c>trip, turn 3 (0.82)</c> for a turn of another conversation.</returns>
    public override string ToString() =>
        (Conversation is null ? "" : Conversation + ", ") + FormattableString.Invariant($"turn {Turn} ({Score:0.00})");
}
