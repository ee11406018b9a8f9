using QwenChat.Model;
using QwenChat.Vectors;

namespace QwenChat.Store;

/// <summary>
/// A durable store of conversations. Turns form a tree that conversations share: a conversation is a tip in it. Several processes may
/// use one store at once; every call is one transaction, so that what it writes is there whole or not at all. Thread safe.
/// </summary>
/// <remarks>
/// Failures are <see cref="QwenException"/>s: <see cref="QwenErrorKind.StoreUnavailable"/> when the store cannot be reached or written,
/// <see cref="QwenErrorKind.StoreIncompatible"/> when it is not one that this version can use.
/// </remarks>
internal interface IConversationStore : IAsyncDisposable
{
    /// <summary>Brings everything that was written to where a copy of the store finds it, now instead of when it is idle.</summary>
    Task SettleAsync();

    /// <summary>Writes a conversation's header, adds turns and moves its tip. Writing the same again changes nothing.</summary>
    Task<WriteResult> WriteAsync(ConversationWrite write, CancellationToken cancellation);

    /// <summary>
    /// The conversations for which <paramref name="wanted"/> holds, the one used last first. A row that cannot be read is an entry that says so.
    /// </summary>
    /// <param name="wanted">Asked for each name (null for none); null wants all.</param>
    /// <param name="cancellation">Ends the search.</param>
    Task<IReadOnlyList<ConversationEntry>> ListAsync(Func<string?, bool>? wanted, CancellationToken cancellation);

    /// <summary>The ids of the conversations in whose settings a text occurs.</summary>
    Task<IReadOnlyList<string>> FindMentioningAsync(string text, CancellationToken cancellation);

    /// <summary>One conversation without its turns; null when there is none of that id.</summary>
    Task<ConversationRecord?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>One conversation with its turns, oldest first, both as they are at one moment; null when there is none of that id.</summary>
    Task<(ConversationRecord Record, IReadOnlyList<QwenTurn> Turns)?> LoadAsync(string id, CancellationToken cancellation);

    /// <summary>All turns up to a tip, oldest first.</summary>
    Task<IReadOnlyList<QwenTurn>> ReadTurnsAsync(Guid tip, CancellationToken cancellation);

    /// <summary>Removes a conversation, and those of its turns that no other conversation holds. False when it was not there.</summary>
    Task<bool> DeleteAsync(string id, CancellationToken cancellation);

    /// <summary>Keeps turns' vectors, replacing those there are. Turns that are gone by now are skipped.</summary>
    Task WriteEmbeddingsAsync(EmbeddingSpace space, IReadOnlyList<TurnEmbedding> embeddings, CancellationToken cancellation);

    /// <summary>Turns that have no vector in a space yet, with the text to be embedded, oldest first.</summary>
    /// <param name="space">Whose vectors are missing.</param>
    /// <param name="conversationId">Only this conversation's turns; null for all conversations'.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the search.</param>
    Task<IReadOnlyList<TurnText>> ReadUnembeddedAsync(EmbeddingSpace space, string? conversationId, int limit, CancellationToken cancellation);

    /// <summary>The vectors of some turns, scaled to length 1; turns without one are left out.</summary>
    Task<IReadOnlyList<TurnEmbedding>> ReadEmbeddingsAsync(EmbeddingSpace space, IReadOnlyCollection<Guid> turns, CancellationToken cancellation);

    /// <summary>The turns whose vectors are nearest to one, by cosine, best first. Turns that were taken back are not found.</summary>
    Task<IReadOnlyList<StoreHit>> FindNearestAsync(EmbeddingSpace space, ReadOnlyMemory<float> vector, StoreSearchScope scope, CancellationToken cancellation);

    /// <summary>The turns in which all words of a query occur, best first. Turns that were taken back are not found.</summary>
    Task<IReadOnlyList<StoreHit>> FindWordsAsync(string query, StoreSearchScope scope, CancellationToken cancellation);
}
