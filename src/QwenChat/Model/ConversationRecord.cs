using QwenChat.Store;

namespace QwenChat.Model;

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

/// <summary>A conversation as a store lists it.</summary>
/// <param name="Id">Its id in the store.</param>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="TurnCount">How many turns it has.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="UpdatedAt">When it was last written to, UTC.</param>
internal sealed record ConversationEntry(string Id, string? Name, int TurnCount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Why the row cannot be read; null when it can.</summary>
    public QwenException? Failure { get; init; }

    /// <summary>A row that cannot be read. The id is empty when not even that can be.</summary>
    public static ConversationEntry Unreadable(string id, QwenException failure) => new(id, null, 0, default, default) { Failure = failure };
}

/// <summary>What a store keeps of a conversation, but for the turns.</summary>
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

    /// <summary>How often the row was written.</summary>
    public long Version { get; init; }

    /// <summary>The <see cref="ConversationWrite.WriteId"/> of the last write; null when an earlier version of QwenChat made it.</summary>
    public string? WriteId { get; init; }

    /// <summary>When it was last written to, UTC.</summary>
    public DateTimeOffset LastActivity { get; init; }

    /// <summary>The header alone, which compares with others.</summary>
    public ConversationHeader ToHeader() => new() { Id = Id, Name = Name, Api = Api, Model = Model, Settings = Settings, CreatedAt = CreatedAt };
}
