using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Store;
using QwenChat.Text;
using QwenChat.Vectors;

namespace QwenChat.Saving;

/// <summary>Runs keyword searches and semantic searches in a store.</summary>
internal static class StoreSearch
{
    /// <summary>The number of turns to embed between two writes. Vectors that have been written are kept if later turns fail.</summary>
    private const int TurnsPerWrite = 100;

    /// <summary>The maximum time that a search waits for background embedding.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    public static Task<IReadOnlyList<StoreHit>> ByWordsAsync(QwenStore store, string query, StoreSearchScope scope, CancellationToken cancellation) =>
        store.Backend.FindWordsAsync(query, scope, cancellation);

    /// <summary>
    /// Finds the turns with the most similar meaning. First waits for background embedding, and then embeds and stores the turns that have no vector
    /// yet.
    /// </summary>
    /// <exception cref="QwenException">The store cannot be used, or embedding failed.</exception>
    public static async Task<IReadOnlyList<StoreHit>> ByMeaningAsync(
        QwenStore store, Embedder embedder, string query, StoreSearchScope scope, NoticeQueue notices, CancellationToken cancellation)
    {
        float[] vector = await embedder.EmbedQueryAsync(query, cancellation).ConfigureAwait(false);
        if (!await store.Background.WaitAsync(s_grace, cancellation).ConfigureAwait(false))
            notices.Warn("Embedding turns in the background is taking a long time, so the search itself embeds the remaining turns.");
        var space = new EmbeddingSpace(embedder.Model, vector.Length);
        await EmbedMissingAsync(store, embedder, space, scope.ConversationId, notices, cancellation).ConfigureAwait(false);
        return await store.Backend.FindNearestAsync(space, vector, scope, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Embeds the turns of a conversation that have no vector yet; a null id selects all conversations. After a failure or cancellation, the vectors written so
    /// far are kept.
    /// </summary>
    public static async Task EmbedMissingAsync(
        QwenStore store, Embedder embedder, EmbeddingSpace space, string? conversationId, NoticeQueue notices, CancellationToken cancellation)
    {
        var left = new HashSet<Guid>();
        while (true)
        {
            var missing = (await store.Backend.ReadUnembeddedAsync(space, conversationId, TurnsPerWrite + left.Count, cancellation).ConfigureAwait(false))
                .Where(turn => !left.Contains(turn.TurnId)).ToArray();
            if (missing.Length == 0)
                break;
            var vectors = await embedder.Embed([.. missing.Select(turn => turn.Text)], false, cancellation).ConfigureAwait(false);
            var embeddings = TurnEmbedding.Of(missing.Select(turn => turn.TurnId), vectors, space.Dimensions);
            await store.Backend.WriteEmbeddingsAsync(space, embeddings, cancellation).ConfigureAwait(false);
            left.UnionWith(missing.Select(turn => turn.TurnId).Except(embeddings.Select(embedding => embedding.TurnId)));
            notices.Verbose($"Embedded {Quantity.Of(embeddings.Length, "turn")} with {embedder.Model}.");
        }
        if (left.Count > 0)
            notices.Warn($"The semantic search does not include {Quantity.Of(left.Count, "turn")}, because {embedder.Model} returned vectors that cannot be "
                + "compared with other vectors.");
    }
}
