using QwenChat.Store;

namespace QwenChat.Model;

/// <summary>The part of a stored conversation that is independent of its turns: identity, API, model and settings.</summary>
internal record ConversationHeader
{
    public required string Id { get; init; }

    /// <summary>The name that the user gave the conversation; names need not be unique.</summary>
    public string? Name { get; init; }

    /// <summary>The API, which determines where the history is kept.</summary>
    public required QwenApi Api { get; init; }

    /// <summary>The model of the next turn.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Instructions, options, metadata and the other data needed to resume the conversation, as one JSON object that the store does not interpret.
    /// </summary>
    public string Settings { get; init; } = "{}";

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An entry in a store's list of conversations.</summary>
/// <param name="Id">The conversation's id in the store.</param>
/// <param name="Name">The conversation's name; null if the conversation has no name.</param>
/// <param name="TurnCount">The number of turns.</param>
/// <param name="CreatedAt">The time when the conversation was created, in UTC.</param>
/// <param name="UpdatedAt">The time of the last write, in UTC.</param>
internal sealed record ConversationEntry(string Id, string? Name, int TurnCount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>The error from reading the row; null if the row can be read.</summary>
    public QwenException? Failure { get; init; }

    /// <summary>Creates the entry for a row that cannot be read. The id is empty if it cannot be read either.</summary>
    public static ConversationEntry Unreadable(string id, QwenException failure) => new(id, null, 0, default, default) { Failure = failure };
}

/// <summary>The stored data of a conversation without its turns.</summary>
internal sealed record ConversationRecord : ConversationHeader
{
    /// <summary>The id of the last turn; null before the first turn.</summary>
    public Guid? Tip { get; init; }

    /// <summary>The number of turns up to and including the tip.</summary>
    public int TurnCount { get; init; }

    /// <summary>The total usage of all requests; null before the first request.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The response id of the last turn; null if the last turn has no response id.</summary>
    public string? LastResponseId { get; init; }

    /// <summary>The service's state up to and including the last turn; null if the service keeps no state.</summary>
    public ServerState? Server { get; init; }

    /// <summary>The number of times that the row has been written.</summary>
    public long Version { get; init; }

    /// <summary>The <see cref="ConversationWrite.WriteId"/> of the last write; null if an earlier version of QwenChat wrote the row.</summary>
    public string? WriteId { get; init; }

    /// <summary>The time of the last write, in UTC.</summary>
    public DateTimeOffset LastActivity { get; init; }

    /// <summary>Returns the header alone, for comparison with other headers.</summary>
    public ConversationHeader ToHeader() => new() { Id = Id, Name = Name, Api = Api, Model = Model, Settings = Settings, CreatedAt = CreatedAt };
}
