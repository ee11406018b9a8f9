using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>One change to a stored conversation, executed in one transaction.</summary>
internal sealed record ConversationWrite
{
    /// <summary>The header of a new conversation. An existing conversation keeps its own header unless <see cref="HeaderChanged"/> is true.</summary>
    public required ConversationHeader Header { get; init; }

    /// <summary>Whether the header replaces the stored header.</summary>
    public bool HeaderChanged { get; init; }

    /// <summary>
    /// The row's version as last seen by the writer; null when the writer has not seen the row. A row with a different version is not written: see
    /// <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public long? KnownVersion { get; init; }

    /// <summary>True when the writer has never seen the row: an existing row belongs to another conversation, unless its tip is among the new turns.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>Identifies the write. A writer that does not know whether a write succeeded can recognize it in the row.</summary>
    public string WriteId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>The new tip; null to keep the current tip.</summary>
    public TipMove? Move { get; init; }
}

/// <summary>New turns, and the move of a conversation's tip to the last of them.</summary>
internal sealed record TipMove
{
    /// <summary>
    /// The tip as last seen by the writer. If the tip is different now, another writer has moved it since then: see
    /// <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public Guid? KnownTip { get; init; }

    /// <summary>
    /// The stored turn that the new turns follow; null when they begin the conversation. If there are no new turns, this turn becomes the tip.
    /// </summary>
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
    /// Nothing was written: another writer has changed the conversation since the known version or tip. The result contains the current version, for
    /// merging.
    /// </summary>
    Stale,

    /// <summary>Nothing was written: <see cref="TipMove.Parent"/> is not in the store, or is no longer there. Also write the preceding turns.</summary>
    ParentMissing,
}

/// <summary>The result of a write.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Version">The row's current version.</param>
internal readonly record struct WriteResult(WriteOutcome Outcome, long Version);
