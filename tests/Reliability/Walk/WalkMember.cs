namespace QwenChat.Tests.Reliability.Walk;

/// <summary>One conversation of the walk, and its expected state: messages and instructions, but no ids, requests or rows.</summary>
internal sealed class WalkMember(IWalkActor actor, QwenApi api, WalkParty party)
{
    public IWalkActor Actor { get; set; } = actor;

    public QwenApi Api { get; } = api;

    /// <summary>The conversations that use the same stored row or the same conversation object on the service.</summary>
    public WalkParty Party { get; } = party;

    /// <summary>The expected messages of each turn.</summary>
    public List<List<string>> Turns { get; private set; } = [];

    public List<string> Pending { get; set; } = [];

    /// <summary>The pending messages at the last check.</summary>
    public IReadOnlyList<string> Waited { get; private set; } = [];

    public string? Instructions { get; set; }

    /// <summary>All messages that have ever been in the transcript.</summary>
    public HashSet<string> Ever { get; } = [];

    /// <summary>Whether the conversation was attached to an existing conversation object by the object's id.</summary>
    public bool IsAttached { get; init; }

    /// <summary>Whether the conversation is in another process.</summary>
    public bool IsElsewhere => Actor is ProcessActor;

    public QwenConversation? Conversation => (Actor as LocalActor)?.Conversation;

    /// <summary>Sets the expected state to the current state of a conversation.</summary>
    public void Take(WalkState state)
    {
        Turns = [.. state.Turns.Select(turn => turn.ToList())];
        Pending = [.. state.Pending];
        Waited = [.. state.Pending];
        Instructions = state.Instructions;
        Ever.UnionWith(state.All);
    }

    public IEnumerable<string> All => Turns.SelectMany(turn => turn).Concat(Pending);
}

/// <summary>The conversations that use the same stored row or the same conversation object on the service.</summary>
internal sealed class WalkParty
{
    private readonly Dictionary<string, WalkMember> _authors = [];

    public List<WalkMember> Members { get; } = [];

    /// <summary>Messages of failed requests, which may still appear in any member's transcript later.</summary>
    public HashSet<string> Ghosts { get; } = [];

    public bool IsShared => Members.Count > 1;

    /// <summary>Messages that a member has undone or removed. They may still be in the transcripts of other members.</summary>
    public HashSet<string> Removed { get; } = [];

    /// <summary>Records the first sender of each message.</summary>
    public void Say(WalkMember author, IEnumerable<string> messages)
    {
        foreach (string message in messages)
            _authors.TryAdd(message, author);
    }

    /// <summary>Returns whether a member's transcript may contain a message that the member did not send.</summary>
    public bool MayHave(WalkMember member, string message) =>
        Ghosts.Contains(message) || (_authors.TryGetValue(message, out var author) && author != member)
        || Members.Any(other => other != member && other.Ever.Contains(message));
}
