namespace QwenChat.Store;

/// <summary>The scope and size of a store search.</summary>
internal sealed record StoreSearchScope
{
    /// <summary>The conversation to search; null for all conversations.</summary>
    public string? ConversationId { get; init; }

    public int Top { get; init; } = 10;

    /// <summary>True if a match needs only one word of the query; false if it needs all words.</summary>
    public bool AnyWord { get; init; }

    /// <summary>The turns to exclude, such as turns that are already in a request.</summary>
    public IReadOnlySet<Guid> Exclude { get; init; } = new HashSet<Guid>();
}

/// <summary>A turn found in a store.</summary>
/// <param name="TurnId">The id of the turn.</param>
/// <param name="Number">The turn's number in the conversation, from 1.</param>
/// <param name="ConversationId">
/// The id of the conversation. If several conversations contain the turn, this is the id of the conversation that was stored first.
/// </param>
/// <param name="Score">
/// The similarity; higher is better. In a semantic search, this is the cosine similarity, from -1 to 1. In a keyword search, scores are comparable
/// only within the same search.
/// </param>
/// <param name="Text">The text of the turn.</param>
internal sealed record StoreHit(Guid TurnId, int Number, string ConversationId, double Score, string Text)
{
    /// <summary>The error if the turn cannot be read; null if the turn can be read.</summary>
    public QwenException? Failure { get; init; }
}
