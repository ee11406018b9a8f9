namespace QwenChat.Store;

/// <summary>Where a store is to search, and how much is wanted.</summary>
internal sealed record StoreSearchScope
{
    /// <summary>Only in this conversation; null for all.</summary>
    public string? ConversationId { get; init; }

    /// <summary>At most so many hits.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Turns that are not wanted, such as those already in a request.</summary>
    public IReadOnlySet<Guid> Exclude { get; init; } = new HashSet<Guid>();
}

/// <summary>A turn that a store found.</summary>
/// <param name="TurnId">The turn.</param>
/// <param name="Number">Its place in the conversation, from 1.</param>
/// <param name="ConversationId">The conversation it is in; of several that share it, the one made first.</param>
/// <param name="Score">The higher the better. By meaning the cosine, from -1 to 1; by words comparable within one search only.</param>
/// <param name="Text">What was said.</param>
internal sealed record StoreHit(Guid TurnId, int Number, string ConversationId, double Score, string Text)
{
    /// <summary>Why the turn cannot be read; null when it can.</summary>
    public QwenException? Failure { get; init; }
}
