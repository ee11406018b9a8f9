using QwenChat.Model;
using QwenChat.Vectors;

namespace QwenChat.Store;

/// <summary>
/// A durable store of conversations. Turns form a tree that conversations share, and a conversation is a tip in that tree. Several processes may use one store
/// concurrently. Every call is one transaction. Thread-safe.
/// </summary>
/// <remarks>
/// Every failure is a <see cref="QwenException"/>. Its kind is <see cref="QwenErrorKind.StoreUnavailable"/> if the store cannot be reached or
/// written, and <see cref="QwenErrorKind.StoreIncompatible"/> if this version cannot use the store.
/// </remarks>
internal interface IConversationStore : IAsyncDisposable
{
    /// <summary>Checkpoints the store now instead of when it is idle, so that a copy of its file contains all data.</summary>
    Task SettleAsync();

    /// <summary>Writes a conversation's header, adds turns and moves its tip. Repeating a write changes nothing.</summary>
    Task<WriteResult> WriteAsync(ConversationWrite write, CancellationToken cancellation);

    /// <summary>
    /// Lists the conversations whose names satisfy <paramref name="wanted"/>, most recently used first. If a row cannot be read, its entry contains
    /// the error.
    /// </summary>
    /// <param name="wanted">
    /// The filter for names, which receives null for a conversation without a name. If the filter itself is null, all conversations are listed.
    /// </param>
    /// <param name="cancellation">Cancels the search.</param>
    Task<IReadOnlyList<ConversationEntry>> ListAsync(Func<string?, bool>? wanted, CancellationToken cancellation);

    /// <summary>Returns the ids of the conversations whose settings contain a string.</summary>
    Task<IReadOnlyList<string>> FindMentioningAsync(string text, CancellationToken cancellation);

    /// <summary>Returns a conversation without its turns; null if the store does not contain the conversation.</summary>
    Task<ConversationRecord?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Returns a consistent snapshot of a conversation with its turns, oldest first; null if the store does not contain the conversation.</summary>
    Task<(ConversationRecord Record, IReadOnlyList<QwenTurn> Turns)?> LoadAsync(string id, CancellationToken cancellation);

    /// <summary>Returns all turns up to and including a tip, oldest first.</summary>
    Task<IReadOnlyList<QwenTurn>> ReadTurnsAsync(Guid tip, CancellationToken cancellation);

    /// <summary>
    /// Deletes a conversation and its turns, except turns that other conversations need. Returns false if the conversation did not exist.
    /// </summary>
    Task<bool> DeleteAsync(string id, CancellationToken cancellation);

    /// <summary>Stores the vectors of turns, replacing existing vectors. Turns that no longer exist are skipped.</summary>
    Task WriteEmbeddingsAsync(EmbeddingSpace space, IReadOnlyList<TurnEmbedding> embeddings, CancellationToken cancellation);

    /// <summary>Returns turns that have no vector in an embedding space, with their text, oldest first.</summary>
    /// <param name="space">The embedding space.</param>
    /// <param name="conversationId">The conversation whose turns are returned; null for all conversations.</param>
    /// <param name="limit">The maximum number of turns.</param>
    /// <param name="cancellation">Cancels the search.</param>
    Task<IReadOnlyList<TurnText>> ReadUnembeddedAsync(EmbeddingSpace space, string? conversationId, int limit, CancellationToken cancellation);

    /// <summary>Returns the unit vectors of turns. Turns without a vector are omitted.</summary>
    Task<IReadOnlyList<TurnEmbedding>> ReadEmbeddingsAsync(EmbeddingSpace space, IReadOnlyCollection<Guid> turns, CancellationToken cancellation);

    /// <summary>Finds the turns whose vectors have the highest cosine similarity to a vector, best first. Undone turns are not found.</summary>
    Task<IReadOnlyList<StoreHit>> FindNearestAsync(EmbeddingSpace space, ReadOnlyMemory<float> vector, StoreSearchScope scope, CancellationToken cancellation);

    /// <summary>Finds the turns that contain the words of a query, best first. Undone turns are not found.</summary>
    /// <param name="query">The words. Phrases are in quotation marks, and a prefix is followed by an asterisk.</param>
    /// <param name="scope">The scope of the search, and whether a match needs only one of the words.</param>
    /// <param name="cancellation">Cancels the search.</param>
    Task<IReadOnlyList<StoreHit>> FindWordsAsync(string query, StoreSearchScope scope, CancellationToken cancellation);
}
