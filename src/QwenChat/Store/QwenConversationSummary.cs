using QwenChat.Model;

namespace QwenChat;

/// <summary>
/// A stored conversation as listed by <c>Get-QwenConversation -Summary</c>, without its turns or settings. It can be piped to Get-QwenConversation.
/// </summary>
public sealed class QwenConversationSummary
{
    internal QwenConversationSummary(QwenStore store, ConversationEntry entry)
    {
        Store = store;
        Id = entry.Id;
        Name = entry.Name;
        TurnCount = entry.TurnCount;
        CreatedAt = entry.CreatedAt;
        UpdatedAt = entry.UpdatedAt;
    }

    /// <summary>The conversation's id in the store.</summary>
    public string Id { get; }

    /// <summary>The conversation's name; null if the conversation has no name.</summary>
    public string? Name { get; }

    /// <summary>The number of turns.</summary>
    public int TurnCount { get; }

    /// <summary>The time when the conversation was created, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The time of the last write, in UTC.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>The store.</summary>
    public QwenStore Store { get; }

    /// <summary>Returns the conversation's name, or its id.</summary>
    /// <returns>A short form for messages.</returns>
    public override string ToString() => Name ?? Id;
}
