namespace QwenChat;

/// <summary>The turns of a stored conversation before they are read, and what is known of them without.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="ReadAsync">Reads them into the conversation.</param>
internal sealed record UnreadTurns(int Count, Func<QwenConversation, CancellationToken, Task> ReadAsync)
{
    /// <summary>What all requests used together; null when nothing was counted.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>What of it counts towards limits; null when that is what the turns add up to.</summary>
    public LimitCount? Counted { get; init; }

    /// <summary>The id of the last answer; null when there is none.</summary>
    public string? LastResponseId { get; init; }

    /// <summary>When the service forgets the last answer, UTC; null where it keeps none.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
