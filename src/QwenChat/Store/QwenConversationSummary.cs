using QwenChat.Model;

namespace QwenChat;

/// <summary>
/// A stored conversation as <c>Get-QwenConversation -Summary</c> lists it, without its turns and settings. It can be piped to Get-QwenConversation.
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

    /// <summary>The conversation's name; null when it has none.</summary>
    public string? Name { get; }

    /// <summary>How many turns it has.</summary>
    public int TurnCount { get; }

    /// <summary>When the conversation was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When it was last written to, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>The store.</summary>
    public QwenStore Store { get; }

    /// <summary>The conversation's name, or its id.</summary>
    /// <returns>A short form for messages.</returns>
    public override string ToString() => Name ?? Id;
}
