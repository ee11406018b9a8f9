using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>
/// The location of a stored conversation, and the last known state of its row. Belongs to one conversation, and is protected by its
/// <see cref="QwenConversation.Saving"/>.
/// </summary>
internal sealed class StoreBinding(QwenStore store)
{
    /// <summary>The store.</summary>
    public QwenStore Store { get; } = store;

    /// <summary>The conversation's id in the store; null before the first write. The service's id may be different.</summary>
    public string? Id { get; set; }

    /// <summary>The last tip seen in the store.</summary>
    public Guid? Tip { get; set; }

    /// <summary>The last row version seen; null before the first write.</summary>
    public long? Version { get; set; }

    /// <summary>The ids of the writes since the last write that is known to have succeeded. Any of these writes may also have succeeded.</summary>
    public HashSet<string> Writes { get; } = [];

    /// <summary>The last header seen in the store.</summary>
    public ConversationHeader? Header { get; set; }

    /// <summary>True after a failed write: some turns are only in memory.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Records a successful write.</summary>
    public void Saved(ConversationHeader header, long version)
    {
        (Header, Version) = (header, version);
        Writes.Clear();
    }

    /// <summary>Records the stored state as known.</summary>
    public void Read(ConversationRecord record)
    {
        Tip = record.Tip;
        Saved(record.ToHeader(), record.Version);
    }

    /// <summary>Prepares to store the conversation under a different id, as a separate row.</summary>
    public void BeginAgain(string id)
    {
        (Id, Tip, Header, Version) = (id, null, null, null);
        Writes.Clear();
    }
}
