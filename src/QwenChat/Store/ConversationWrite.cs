using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>One change of a stored conversation, executed in one transaction.</summary>
internal sealed record ConversationWrite
{
    /// <summary>The header of a new conversation. An existing conversation keeps its own unless <see cref="HeaderChanged"/> is true.</summary>
    public required ConversationHeader Header { get; init; }

    /// <summary>Whether the header replaces the stored one.</summary>
    public bool HeaderChanged { get; init; }

    /// <summary>
    /// The row's version as last seen by the writer; null when it has seen none. A row with another version is not written: see
    /// <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public long? KnownVersion { get; init; }

    /// <summary>True when the writer has never seen the row: an existing row is another conversation's, unless its tip is among the new turns.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>Identifies the write. A writer that does not know whether a write succeeded recognizes it in the row.</summary>
    public string WriteId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>The new tip; null keeps the current one.</summary>
    public TipMove? Move { get; init; }
}

/// <summary>New turns and the change of a conversation's tip to the last of them.</summary>
internal sealed record TipMove
{
    /// <summary>
    /// The tip as last seen by the writer. If it is different now, another writer was there in the meantime: see <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public Guid? KnownTip { get; init; }

    /// <summary>The stored turn that the new turns follow; null when they begin the conversation. Without new turns it becomes the tip.</summary>
    public Guid? Parent { get; init; }

    /// <summary>The new turns, in order. Existing turns are not written again.</summary>
    public IReadOnlyList<QwenTurn> Turns { get; init; } = [];

    /// <summary>The conversation's total usage.</summary>
    public QwenUsage? Usage { get; init; }
}

/// <summary>The outcome of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>It succeeded.</summary>
    Written,

    /// <summary>
    /// Nothing was written: another writer has changed the conversation since the known version or tip. The result has the current version, for
    /// merging.
    /// </summary>
    Stale,

    /// <summary>Nothing was written: <see cref="TipMove.Parent"/> is not in the store, or no longer. Write the preceding turns too.</summary>
    ParentMissing,
}

/// <summary>The result of a write.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Version">The row's current version.</param>
internal readonly record struct WriteResult(WriteOutcome Outcome, long Version);
