namespace QwenChat.Export;

/// <summary>All that makes a conversation, but for its connection: what a file holds, and what an import makes a conversation of.</summary>
internal sealed record ConversationRecord
{
    public required ConversationSettings Settings { get; init; }

    public required IReadOnlyList<QwenTurn> Turns { get; init; }

    public ConversationState State { get; init; } = new();

    /// <summary>
    /// What a conversation is at this moment, whether or not a turn is running; of a reply, the conversation up to it.
    /// </summary>
    public static ConversationRecord Of(IQwenConversation source)
    {
        var conversation = source is QwenReply reply ? reply.Conversation : source.Continue();
        var (path, pending, usage) = conversation.Snapshot();
        bool prefixBroken = conversation.PrefixBroken;
        if (source is QwenReply && source.Continue() is var branch && branch.Path.Last != path.Last)
            (path, pending, usage, prefixBroken) = (branch.Path, [], branch.Usage, false);
        return new ConversationRecord
        {
            Settings = ConversationSettings.Of(conversation),
            Turns = path.From(0).ToArray(),
            State = new ConversationState { Usage = usage, Pending = pending, PrefixBroken = prefixBroken },
        };
    }

    /// <summary>The conversation, bound to a connection.</summary>
    public QwenConversation Restore(QwenConnection connection)
    {
        var path = new TurnPath();
        foreach (var turn in Turns)
            path = path.Append(turn);
        var conversation = new QwenConversation(Settings.Api, connection, Settings.Options, Settings.Id, Settings.CreatedAt)
        {
            Name = Settings.Name,
            Metadata = Settings.Metadata,
            Stateless = Settings.Stateless,
        };
        conversation.Restore(path, State.Pending, State.Usage, State.PrefixBroken);
        return conversation;
    }
}

/// <summary>What a conversation was told to be; changes seldom.</summary>
internal sealed record ConversationSettings
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public required QwenApi Api { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public bool Stateless { get; init; }

    public required QwenOptions Options { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public static ConversationSettings Of(QwenConversation conversation) => new()
    {
        Id = conversation.Id,
        Name = conversation.Name,
        Api = conversation.Api,
        CreatedAt = conversation.CreatedAt,
        Stateless = conversation.Stateless,
        Options = conversation.Options,
        Metadata = conversation.Metadata,
    };
}

/// <summary>Where a conversation stands behind its last turn.</summary>
internal sealed record ConversationState
{
    /// <summary>The running total, which turns that were taken back are still part of.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>Items that wait for the next turn.</summary>
    public IReadOnlyList<QwenItem> Pending { get; init; } = [];

    /// <summary>True when the next request cannot begin with the bytes of the one before.</summary>
    public bool PrefixBroken { get; init; }

    /// <summary>Where the conversation stands after one more turn, if nothing else happened.</summary>
    public ConversationState After(QwenTurn turn) => new() { Usage = turn.Usage is null ? Usage : Usage + turn.Usage };
}
