using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>One change of a stored conversation, carried out in one transaction.</summary>
internal sealed record ConversationWrite
{
    /// <summary>The header. It begins a conversation that is not there; one that is there keeps its own unless <see cref="HeaderChanged"/>.</summary>
    public required ConversationHeader Header { get; init; }

    /// <summary>Whether the header is to replace the one that is there.</summary>
    public bool HeaderChanged { get; init; }

    /// <summary>
    /// The row's version as the writer last saw it; null when it has seen none. A row of another version is not written: see
    /// <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public long? KnownVersion { get; init; }

    /// <summary>True when the writer has never seen the row: one that is there is another conversation's, unless its tip is among the new turns.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>Tells the write from others. One that was carried out, and whose writer does not know that, is known by it again.</summary>
    public string WriteId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>Where the tip goes; null leaves it where it is.</summary>
    public TipMove? Move { get; init; }
}

/// <summary>New turns, and a conversation's tip set to the last of them.</summary>
internal sealed record TipMove
{
    /// <summary>
    /// The tip as the writer last saw it. When it is another one by now, another writer was there in between: see <see cref="WriteOutcome.Stale"/>.
    /// </summary>
    public Guid? KnownTip { get; init; }

    /// <summary>The stored turn that the new turns follow; null when they begin the conversation. Without new turns it becomes the tip.</summary>
    public Guid? Parent { get; init; }

    /// <summary>The new turns in order. Those that are there already are not written again.</summary>
    public IReadOnlyList<QwenTurn> Turns { get; init; } = [];

    /// <summary>The conversation's running total.</summary>
    public QwenUsage? Usage { get; init; }
}

/// <summary>What became of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>It was carried out.</summary>
    Written,

    /// <summary>
    /// Nothing was written: another writer has changed the conversation since the version or tip that this one knows. The result has
    /// what is there now, to be merged or left alone.
    /// </summary>
    Stale,

    /// <summary>Nothing was written: <see cref="TipMove.Parent"/> is not in the store (any more). Send the turns before it too.</summary>
    ParentMissing,
}

/// <summary>What became of a write.</summary>
/// <param name="Outcome">Whether it was carried out.</param>
/// <param name="Version">The row's version now.</param>
internal readonly record struct WriteResult(WriteOutcome Outcome, long Version);
