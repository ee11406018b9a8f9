using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>
/// The location of a stored conversation, and the last known state of its row. A binding belongs to one conversation. To use the binding, a caller
/// must hold the conversation's <see cref="QwenConversation.Saving"/>.
/// </summary>
internal sealed class StoreBinding(QwenStore store)
{
    public QwenStore Store { get; } = store;

    /// <summary>The conversation's id in the store; null before the first write. The id on the service may be different.</summary>
    public string? Id { get; set; }

    /// <summary>
    /// The id of the stored conversation that a branch was created from; null if there is none. Before the branch is written, only this id finds the shared
    /// turns.
    /// </summary>
    public string? OriginId { get; init; }

    /// <summary>The tip that was last read from or written to the store.</summary>
    public Guid? Tip { get; set; }

    /// <summary>The row version that was last read or written; null before the first write.</summary>
    public long? Version { get; set; }

    /// <summary>The ids of writes with an unknown outcome, since the last write that is known to have succeeded.</summary>
    public HashSet<string> Writes { get; } = [];

    /// <summary>The header that was last read from or written to the store.</summary>
    public ConversationHeader? Header { get; set; }

    /// <summary>True after a failed write, if some changes are only in memory.</summary>
    public bool IsBehind { get; set; }

    public void Saved(ConversationHeader header, long version)
    {
        (Header, Version) = (header, version);
        Writes.Clear();
    }

    public void Read(ConversationRecord record)
    {
        Tip = record.Tip;
        Saved(record.ToHeader(), record.Version);
    }

    /// <summary>Returns the binding of a new branch, which is not stored yet.</summary>
    public StoreBinding ForBranch() => new(Store) { OriginId = Id ?? OriginId };

    /// <summary>Clears the last known state, so that the next write stores the whole conversation with the specified id.</summary>
    public void BeginAgain(string id)
    {
        (Id, Tip, Header, Version) = (id, null, null, null);
        Writes.Clear();
    }
}
