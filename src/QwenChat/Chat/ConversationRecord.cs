namespace QwenChat;

/// <summary>What a store keeps of a conversation besides its turns.</summary>
internal record ConversationHeader
{
    /// <summary>The conversation's id in the store.</summary>
    public required string Id { get; init; }

    /// <summary>The user's name for it; names need not be unique.</summary>
    public string? Name { get; init; }

    /// <summary>Who keeps the history.</summary>
    public required QwenApi Api { get; init; }

    /// <summary>The model of the next turn.</summary>
    public string? Model { get; init; }

    /// <summary>Instructions, options, metadata and what else a conversation is resumed with, as one JSON object that the store does not look into.</summary>
    public string Settings { get; init; } = "{}";

    /// <summary>When the conversation was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A conversation as a store lists it: all but the turns.</summary>
internal sealed record ConversationRecord : ConversationHeader
{
    /// <summary>The last turn; null before the first.</summary>
    public Guid? Tip { get; init; }

    /// <summary>How many turns lead up to the tip, itself included.</summary>
    public int TurnCount { get; init; }

    /// <summary>What all its requests used together; null before the first.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The service's id of the last turn's answer; null where there is none.</summary>
    public string? LastResponseId { get; init; }

    /// <summary>Where the service keeps the state up to the last turn; null when it keeps none.</summary>
    public ServerState? Server { get; init; }

    /// <summary>When it was last written to, UTC.</summary>
    public DateTimeOffset LastActivity { get; init; }
}
