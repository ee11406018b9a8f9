namespace QwenChat;

/// <summary>One change of a stored conversation, carried out in one transaction.</summary>
internal sealed record ConversationWrite
{
    /// <summary>The header. It begins a conversation that is not there; one that is there keeps its own unless <see cref="HeaderChanged"/>.</summary>
    public required ConversationHeader Header { get; init; }

    /// <summary>Whether the header is to replace the one that is there. The writer that comes last wins.</summary>
    public bool HeaderChanged { get; init; }

    /// <summary>Where the tip goes; null leaves it where it is.</summary>
    public TipMove? Move { get; init; }
}

/// <summary>New turns, and a conversation's tip set to the last of them.</summary>
internal sealed record TipMove
{
    /// <summary>The tip as the writer last saw it. When it is another one by now, somebody else wrote in between: see <see cref="WriteOutcome.Branched"/>.</summary>
    public Guid? KnownTip { get; init; }

    /// <summary>The stored turn that the new turns follow; null when they begin the conversation. Without new turns it becomes the tip.</summary>
    public Guid? Parent { get; init; }

    /// <summary>The new turns in order. Those that are there already are not written again.</summary>
    public IReadOnlyList<QwenTurn> Turns { get; init; } = [];

    /// <summary>The conversation's running total.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The id under which a branch is kept, should it come to one.</summary>
    public required string BranchId { get; init; }
}

/// <summary>What became of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>It was carried out.</summary>
    Written,

    /// <summary>
    /// Somebody else had moved the conversation's tip. The turns were written all the same, after the turns they answered, under
    /// <see cref="TipMove.BranchId"/> and without a name; the conversation stays as the other writer left it. Nothing is lost, and no turn
    /// follows one that its model had not seen.
    /// </summary>
    Branched,

    /// <summary>Nothing was written: <see cref="TipMove.Parent"/> is not in the store (any more). Send the turns before it too.</summary>
    ParentMissing,
}

/// <summary>What became of a write, and the id under which it is found.</summary>
internal readonly record struct WriteResult(WriteOutcome Outcome, string Id);
