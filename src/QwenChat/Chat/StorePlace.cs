namespace QwenChat;

/// <summary>
/// Where a conversation is kept, and what is known to be written of it. Belongs to one conversation, and is used under its
/// <see cref="QwenConversation.Saving"/>.
/// </summary>
internal sealed class StorePlace(QwenStore store)
{
    /// <summary>The store.</summary>
    public QwenStore Store { get; } = store;

    /// <summary>The conversation's id in the store; null before the first write. The service's own id may be another.</summary>
    public string? Id { get; set; }

    /// <summary>The tip as it was last seen in the store.</summary>
    public Guid? Tip { get; set; }

    /// <summary>The header as it was last written.</summary>
    public ConversationHeader? Header { get; set; }

    /// <summary>True after a write that failed: there are turns which are in memory alone.</summary>
    public bool IsBehind { get; set; }
}
