namespace QwenChat.Context;

/// <summary>Searches a store by words or by meaning.</summary>
internal static class StoreSearch
{
    /// <summary>How many turns are embedded between two writes: what is done is not lost when the rest fails.</summary>
    private const int TurnsPerWrite = 100;

    public static Task<IReadOnlyList<StoreHit>> ByWordsAsync(QwenStore store, string query, StoreSearchScope scope, CancellationToken cancellation) =>
        store.Backend.FindWordsAsync(query, scope, cancellation);

    /// <summary>The turns nearest in meaning. What is being embedded is waited for; turns that have no vector then are embedded first, and keep it.</summary>
    /// <exception cref="QwenException">The store cannot be used, or the texts could not be embedded.</exception>
    public static async Task<IReadOnlyList<StoreHit>> ByMeaningAsync(
        QwenStore store, Embedder embedder, string query, StoreSearchScope scope, Notices notices, CancellationToken cancellation)
    {
        var vectors = await embedder.Embed([query], true, cancellation).ConfigureAwait(false);
        await store.Background.WaitAsync(cancellation).ConfigureAwait(false);
        var space = new EmbeddingSpace(embedder.Model, vectors[0].Length);
        await EmbedMissingAsync(store, embedder, space, scope.ConversationId, notices, cancellation).ConfigureAwait(false);
        return await store.Backend.FindNearestAsync(space, vectors[0], scope, cancellation).ConfigureAwait(false);
    }

    /// <summary>Embeds the turns that have no vector yet.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">What embeds.</param>
    /// <param name="space">The embedder's model and the length of its vectors.</param>
    /// <param name="conversationId">Only this conversation's turns; null for all.</param>
    /// <param name="notices">Told how many there were.</param>
    /// <param name="cancellation">Ends the work; what was written stays.</param>
    public static async Task EmbedMissingAsync(
        QwenStore store, Embedder embedder, EmbeddingSpace space, string? conversationId, Notices notices, CancellationToken cancellation)
    {
        while (true)
        {
            var missing = await store.Backend.ReadUnembeddedAsync(space, conversationId, TurnsPerWrite, cancellation).ConfigureAwait(false);
            if (missing.Count == 0)
                return;
            var vectors = await embedder.Embed([.. missing.Select(turn => turn.Text)], false, cancellation).ConfigureAwait(false);
            var embeddings = missing.Zip(vectors, (turn, vector) => new TurnEmbedding(turn.TurnId, vector)).ToArray();
            await store.Backend.WriteEmbeddingsAsync(space, embeddings, cancellation).ConfigureAwait(false);
            notices.Verbose($"Embedded {missing.Count} turn(s) with {embedder.Model}.");
        }
    }
}
