using QwenChat.Model;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>
/// Finds turns of a conversation by semantic search. Each turn is embedded once, in batches; missing vectors are added before the next search.
/// </summary>
internal abstract class RecallIndex(QwenConversation conversation, Embedder embedder, NoticeQueue notices)
{
    private protected QwenConversation Conversation => conversation;

    private protected Embedder Embedder => embedder;

    private protected NoticeQueue Notices => notices;

    private protected virtual QwenStore? Store => null;

    /// <summary>
    /// Returns an index in the conversation's store, or in memory if no turn is stored. The first save of the conversation also writes the vectors to the
    /// store.
    /// </summary>
    public static RecallIndex Of(QwenConversation conversation, Embedder embedder, NoticeQueue notices) =>
        conversation.Place is { } place && (place.Id ?? place.OriginId) is not null
        ? new StoredRecallIndex(place, conversation, embedder, notices)
        : new MemoryRecallIndex(conversation, embedder, notices);

    /// <summary>Embeds a turn in the background. After a failure, the next search embeds the turn.</summary>
    public void EmbedLater(QwenTurn turn)
    {
        if (turn.SpokenText.Length == 0)
            return;
        conversation.Embeddings.Add(turn, embedder.Model, Store);
        (Store?.Background ?? BackgroundWork.OfProcess).Start(async stop =>
        {
            try
            {
                await conversation.Embeddings.RunInBackgroundAsync(EmbedWaitingAsync, stop).ConfigureAwait(false);
            }
            catch (QwenException failure)
            {
                conversation.Embeddings.Fail(failure.Message);
            }
            catch (OperationCanceledException)
            {
                // The module or the store is closing, or an operation that needs the vectors embeds the turns itself.
            }
        });
    }

    /// <summary>
    /// Returns the parts of the turns before the index <paramref name="end"/>, ordered by their similarity to the message's vector. If the search is
    /// canceled, vectors that have already been computed are kept.
    /// </summary>
    /// <exception cref="QwenException">Embedding failed, or the store could not be used.</exception>
    public Task<IReadOnlyList<RecallHit>> FindAsync(float[] message, TurnPath path, int end, CancellationToken cancellation) =>
        conversation.Embeddings.RunAsync(() =>
        {
            if (conversation.Embeddings.TakeFailure() is { } failure)
                notices.Verbose($"Turns are embedded now, because embedding them in the background failed: {failure}");
            conversation.Embeddings.Forget(embedder.Model, Store, Store is null ? path.Take(end) : path);
            return LookUpAsync(message, path, end, cancellation);
        }, () => notices.Warn("Embedding turns in the background is taking too long, so the turns needed for recall are embedded now."),
        cancellation);

    private protected abstract Task<IReadOnlyList<RecallHit>> LookUpAsync(float[] message, TurnPath path, int end, CancellationToken cancellation);

    /// <summary>Embeds turns that have text and no vector yet, and keeps the vectors in the turns or in the store.</summary>
    private protected abstract Task EmbedAsync(IReadOnlyList<QwenTurn> turns, CancellationToken cancellation);

    /// <summary>Embeds the parts of long turns, keeps their vectors in memory, and returns a hit for each part.</summary>
    private protected async Task<IReadOnlyList<RecallHit>> LookUpPartsAsync(float[] message, TurnPath path, int end, CancellationToken cancellation)
    {
        var space = new EmbeddingSpace(embedder.Model, message.Length);
        float[] direction = UnitVector.Of(message, space);
        var hits = new List<RecallHit>();
        for (int index = 0; index < end; index++)
        {
            var parts = TurnParts.Of(path[index]);
            if (!parts.IsLong)
                continue;
            if (parts.FindVectors(space) is null)
                parts.KeepVectors(space, await embedder.Embed(parts.Texts, false, cancellation).ConfigureAwait(false));
            hits.AddRange(HitsOf(index, parts.FindVectors(space) ?? [], direction));
        }
        return hits;
    }

    private static IEnumerable<RecallHit> HitsOf(int index, IReadOnlyList<float[]?> vectors, float[] direction)
    {
        for (int part = 0; part < vectors.Count; part++)
        {
            if (vectors[part] is { } vector)
                yield return new RecallHit(index, part, UnitVector.Dot(direction, vector), QwenSearchMode.Meaning);
        }
    }

    // Turns queue up while a batch is in flight, and form the next batch.
    private async Task EmbedWaitingAsync(CancellationToken stop)
    {
        if (conversation.Embeddings.Take(embedder.Model, Store) is { Count: > 0 } turns)
            await EmbedAsync(turns, stop).ConfigureAwait(false);
    }
}
