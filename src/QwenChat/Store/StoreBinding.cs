using QwenChat.Model;

namespace QwenChat.Store;

/// <summary>
/// Where a conversation is kept, and what is known to be written of it. Belongs to one conversation, and is used under its
/// <see cref="QwenConversation.Saving"/>.
/// </summary>
internal sealed class StoreBinding(QwenStore store)
{
    /// <summary>The store.</summary>
    public QwenStore Store { get; } = store;

    /// <summary>The conversation's id in the store; null before the first write. The service's own id may be another.</summary>
    public string? Id { get; set; }

    /// <summary>The tip as it was last seen in the store.</summary>
    public Guid? Tip { get; set; }

    /// <summary>The row's version as it was last seen; null before the first write.</summary>
    public long? Version { get; set; }

    /// <summary>Writes since the last one that is known to be carried out: any of them may have been.</summary>
    public HashSet<string> Writes { get; } = [];

    /// <summary>The header as it was last seen in the store.</summary>
    public ConversationHeader? Header { get; set; }

    /// <summary>True after a write that failed: there are turns which are in memory alone.</summary>
    public bool IsBehind { get; set; }

    /// <summary>A write was carried out.</summary>
    public void Saved(ConversationHeader header, long version)
    {
        (Header, Version) = (header, version);
        Writes.Clear();
    }

    /// <summary>Takes what the store has for known.</summary>
    public void Read(ConversationRecord record)
    {
        Tip = record.Tip;
        Saved(record.ToHeader(), record.Version);
    }

    /// <summary>The conversation is to be stored under another id, as a row of its own.</summary>
    public void BeginAgain(string id)
    {
        (Id, Tip, Header, Version) = (id, null, null, null);
        Writes.Clear();
    }
}
