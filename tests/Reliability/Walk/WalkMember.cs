namespace QwenChat.Tests.Reliability.Walk;

/// <summary>A conversation object of the walk, with what it has to be: a model that knows nothing of ids, requests and rows.</summary>
internal sealed class WalkMember(IWalkActor actor, QwenApi api, WalkParty party)
{
    public IWalkActor Actor { get; set; } = actor;

    public QwenApi Api { get; } = api;

    /// <summary>Those that use the same row or the same object at the service.</summary>
    public WalkParty Party { get; } = party;

    /// <summary>The messages of each turn, as they have to be.</summary>
    public List<List<string>> Turns { get; private set; } = [];

    /// <summary>The messages that have to wait for the next turn.</summary>
    public List<string> Pending { get; set; } = [];

    /// <summary>The messages that waited when the conversation was last looked at.</summary>
    public IReadOnlyList<string> Waited { get; private set; } = [];

    /// <summary>The system text.</summary>
    public string? Instructions { get; set; }

    /// <summary>Every message that was ever in the transcript.</summary>
    public HashSet<string> Ever { get; } = [];

    /// <summary>True for an object that was attached to by its id.</summary>
    public bool IsAttached { get; init; }

    /// <summary>True for an object of another process.</summary>
    public bool IsElsewhere => Actor is ProcessActor;

    public QwenConversation? Conversation => (Actor as LocalActor)?.Conversation;

    /// <summary>Takes what a conversation is for what it has to be.</summary>
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

/// <summary>Conversation objects that use one row, or one object at the service.</summary>
internal sealed class WalkParty
{
    private readonly Dictionary<string, WalkMember> _authors = [];

    public List<WalkMember> Members { get; } = [];

    /// <summary>Messages of requests that failed and may be found later, as anybody's.</summary>
    public HashSet<string> Ghosts { get; } = [];

    public bool IsShared => Members.Count > 1;

    /// <summary>Messages that one of them took back or out: the others may still have them, or not.</summary>
    public HashSet<string> Removed { get; } = [];

    /// <summary>Remembers who said something.</summary>
    public void Say(WalkMember author, IEnumerable<string> messages)
    {
        foreach (string message in messages)
            _authors.TryAdd(message, author);
    }

    /// <summary>Whether a message may be in the transcript of one who did not say it there: it is another's.</summary>
    public bool MayHave(WalkMember member, string message) =>
        Ghosts.Contains(message) || (_authors.TryGetValue(message, out var author) && author != member)
        || Members.Any(other => other != member && other.Ever.Contains(message));
}
