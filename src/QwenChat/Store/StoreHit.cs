namespace QwenChat.Store;

/// <summary>The scope and size of a store search.</summary>
internal sealed record StoreSearchScope
{
    /// <summary>The conversation to search; null for all.</summary>
    public string? ConversationId { get; init; }

    /// <summary>The maximum number of hits.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether one word of a query is enough; otherwise, all words must occur.</summary>
    public bool AnyWord { get; init; }

    /// <summary>Turns to exclude, such as those already in a request.</summary>
    public IReadOnlySet<Guid> Exclude { get; init; } = new HashSet<Guid>();
}

/// <summary>A turn found in a store.</summary>
/// <param name="TurnId">The turn.</param>
/// <param name="Number">The turn's number in the conversation, from 1.</param>
/// <param name="ConversationId">The conversation that contains the turn; if several conversations share the turn, the one created first.</param>
/// <param name="Score"> The similarity; higher is better. For semantic search, the cosine similarity, from -1 to 1; for keyword search, a number that
/// is only comparable within one search.
/// </param>
/// <param name="Text">The text of the turn.</param>
internal sealed record StoreHit(Guid TurnId, int Number, string ConversationId, double Score, string Text)
{
    /// <summary>The reason that the turn cannot be read; null when the turn can be read.</summary>
    public QwenException? Failure { get; init; }
}
