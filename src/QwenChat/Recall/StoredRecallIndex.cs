using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>Keeps the vectors of a stored conversation in its store.</summary>
internal sealed class StoredRecallIndex(StoreBinding place, QwenConversation conversation, Embedder embedder, NoticeQueue notices)
    : RecallIndex(conversation, embedder, notices)
{
    /// <summary>The number of turns requested from the store: more than are recalled, because the ranking also uses keyword hits.</summary>
    private const int Nearest = 100;

    private protected override QwenStore Store => place.Store;

    private protected override async Task<IReadOnlyList<RecallHit>> LookUpAsync(float[] message, TurnPath path, int end,
        CancellationToken cancellation)
    {
        // If turns are not in the store yet, the search would not find them.
        if (place.IsBehind)
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                $"The latest turns of {Conversation} are not in the store {place.Store} yet, so they cannot be searched. Saving is retried after the next "
                    + "message or change. If it fails again, check the store, or use Set-QwenConversation -Store to move the conversation to another store.");
        // Without an id, the search would find turns of other conversations.
        string id = place.Id ?? place.OriginId!;
        var space = new EmbeddingSpace(Embedder.Model, message.Length);
        await StoreSearch.EmbedMissingAsync(place.Store, Embedder, space, id, Notices, cancellation).ConfigureAwait(false);
        var hits = await place.Store.Backend.FindNearestAsync(space, message, new StoreSearchScope
        {
            ConversationId = id,
            Top = Nearest,
            Exclude = path.From(end).Select(turn => turn.Id).ToHashSet(),
        }, cancellation).ConfigureAwait(false);
        // Hits in turns that another process added to the stored conversation are omitted, because the local conversation does not contain these turns.
        // Hits in long turns are replaced with hits in their parts.
        var parts = await LookUpPartsAsync(message, path, end, cancellation).ConfigureAwait(false);
        return hits.Where(hit => hit.Number <= end && path[hit.Number - 1].Id == hit.TurnId && !TurnParts.Of(path[hit.Number - 1]).IsLong)
            .Select(hit => new RecallHit(hit.Number - 1, 0, hit.Score, QwenSearchMode.Meaning)).Concat(parts).OrderByDescending(hit => hit.Score).ToArray();
    }

    private protected override async Task EmbedAsync(IReadOnlyList<QwenTurn> turns, CancellationToken cancellation)
    {
        var vectors = await Embedder.Embed([.. turns.Select(turn => turn.SpokenText)], false, cancellation).ConfigureAwait(false);
        if (vectors.FirstOrDefault(vector => vector is not null)?.Length is not { } length)
            return;
        var embeddings = TurnEmbedding.Of(turns.Select(turn => turn.Id), vectors, length);
        await place.Store.Backend.WriteEmbeddingsAsync(new EmbeddingSpace(Embedder.Model, length), embeddings, cancellation).ConfigureAwait(false);
    }

    /// <summary>Copies the turns' vectors from memory to the store.</summary>
    public static async Task TakeOverAsync(QwenStore store, TurnPath path, NoticeQueue notices, CancellationToken cancellation)
    {
        var kept = path.From(0).SelectMany(turn => turn.Vectors, (turn, vector) => (turn.Id, Vector: vector))
            .ToLookup(one => new EmbeddingSpace(one.Vector.Model, one.Vector.Values.Length));
        try
        {
            foreach (var group in kept)
                await store.Backend.WriteEmbeddingsAsync(group.Key, [.. group.Select(one => new TurnEmbedding(one.Id, one.Vector.Values))], cancellation)
                    .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is QwenException or OperationCanceledException)
        {
            // The turns are already in the store. If writing the vectors fails or is stopped, only the vectors are missing.
            notices.Verbose($"The turns will be embedded again when a search needs them, because their vectors could not be stored: {failure.Message}");
        }
    }
}
