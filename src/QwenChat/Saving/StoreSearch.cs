using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Saving;

/// <summary>Searches a store by words or by meaning.</summary>
internal static class StoreSearch
{
    /// <summary>How many turns are embedded between two writes: what is done is not lost when the rest fails.</summary>
    private const int TurnsPerWrite = 100;

    /// <summary>How long a search waits for what is being embedded in the background.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    public static Task<IReadOnlyList<StoreHit>> ByWordsAsync(QwenStore store, string query, StoreSearchScope scope, CancellationToken cancellation) =>
        store.Backend.FindWordsAsync(query, scope, cancellation);

    /// <summary>The turns nearest in meaning. What is being embedded is waited for; turns that have no vector then are embedded first, and keep it.</summary>
    /// <exception cref="QwenException">The store cannot be used, or the texts could not be embedded.</exception>
    public static async Task<IReadOnlyList<StoreHit>> ByMeaningAsync(
        QwenStore store, Embedder embedder, string query, StoreSearchScope scope, NoticeQueue notices, CancellationToken cancellation)
    {
        float[] vector = await embedder.EmbedQueryAsync(query, cancellation).ConfigureAwait(false);
        if (!await store.Background.WaitAsync(s_grace, cancellation).ConfigureAwait(false))
            notices.Warn("Turns are being embedded in the background, and that takes long, so the search embeds what it needs itself.");
        var space = new EmbeddingSpace(embedder.Model, vector.Length);
        await EmbedMissingAsync(store, embedder, space, scope.ConversationId, notices, cancellation).ConfigureAwait(false);
        return await store.Backend.FindNearestAsync(space, vector, scope, cancellation).ConfigureAwait(false);
    }

    /// <summary>Embeds the turns that have no vector yet.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">What embeds.</param>
    /// <param name="space">The embedder's model and the length of its vectors.</param>
    /// <param name="conversationId">Only this conversation's turns; null for all.</param>
    /// <param name="notices">Told how many there were.</param>
    /// <param name="cancellation">Ends the work; what was written stays.</param>
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
            notices.Verbose($"Embedded {embeddings.Length} turn(s) with {embedder.Model}.");
        }
        if (left.Count > 0)
            notices.Warn($"{left.Count} turn(s) are not searched by meaning: {embedder.Model} gave vectors for them that cannot be compared with others.");
    }
}
