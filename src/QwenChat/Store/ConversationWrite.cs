using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>One change to a stored conversation, executed in one transaction.</summary>
internal sealed record ConversationWrite
{
    /// <summary>The header of a new conversation. The header of an existing conversation is not changed unless <see cref="HeaderChanged"/> is true.</summary>
    public required ConversationHeader Header { get; init; }

    /// <summary>Whether the header replaces the stored header.</summary>
    public bool HeaderChanged { get; init; }

    /// <summary>
    /// The version of the row when the writer last read it; null if the writer has never read the row. If the row's version is different, the row is
    /// not written: see <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public long? KnownVersion { get; init; }

    /// <summary>
    /// True if the writer has never read the row. An existing row then belongs to another conversation, unless its tip is one of the new turns.
    /// </summary>
    public bool MustBeNew { get; init; }

    /// <summary>The id of the write. If a writer does not know whether its write succeeded, it compares this id with the id in the row.</summary>
    public string WriteId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>The new turns and tip; null to keep the current tip.</summary>
    public TipMove? Move { get; init; }
}

/// <summary>The new turns of a write. The last turn becomes the tip of the conversation.</summary>
internal sealed record TipMove
{
    /// <summary>
    /// The tip when the writer last read it. If the tip is different now, another writer has moved it: see <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public Guid? KnownTip { get; init; }

    /// <summary>The stored turn that the new turns follow; null if they begin the conversation. Without new turns, this turn becomes the tip.</summary>
    public Guid? Parent { get; init; }

    /// <summary>The new turns, in order. Existing turns are not written again.</summary>
    public IReadOnlyList<QwenTurn> Turns { get; init; } = [];

    /// <summary>The conversation's total usage.</summary>
    public QwenUsage? Usage { get; init; }
}

/// <summary>The outcome of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>The write succeeded.</summary>
    Written,

    /// <summary>
    /// Nothing was written, because another writer has changed the conversation since the known version or tip. The result contains the row's
    /// current version number.
    /// </summary>
    Stale,

    /// <summary>Nothing was written, because <see cref="TipMove.Parent"/> is not in the store. The caller must also write the preceding turns.</summary>
    ParentMissing,
}

internal readonly record struct WriteResult(WriteOutcome Outcome, long Version);
