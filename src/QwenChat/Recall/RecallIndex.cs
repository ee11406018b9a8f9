using QwenChat.Model;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>
/// Where the turns of a conversation are found by meaning. Each is embedded once, in batches; what is lacking, for whatever reason, before the next
/// look.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="embedder">What embeds.</param>
/// <param name="notices">What the user is to know.</param>
internal abstract class RecallIndex(QwenConversation conversation, Embedder embedder, NoticeQueue notices)
{
    private protected QwenConversation Conversation => conversation;

    private protected Embedder Embedder => embedder;

    private protected NoticeQueue Notices => notices;

    private protected virtual QwenStore? Store => null;

    /// <summary>The conversation's store, or the memory where it is in none.</summary>
    public static RecallIndex Of(QwenConversation conversation, Embedder embedder, NoticeQueue notices) => conversation.Place is { } place
        ? new StoredRecallIndex(place, conversation, embedder, notices)
        : new MemoryRecallIndex(conversation, embedder, notices);

    /// <summary>Has a turn embedded while nobody waits for it. What fails is made up for by the next look.</summary>
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
                // The module or the store is going, or a turn that waited has taken over.
            }
        });
    }

    /// <summary>The parts of the first turns, the nearest first.</summary>
    /// <param name="message">The message's vector.</param>
    /// <param name="path">The turns.</param>
    /// <param name="end">How many of the first turns are looked at.</param>
    /// <param name="cancellation">Ends the work; what was embedded is kept.</param>
    /// <exception cref="QwenException">Turns could not be embedded, or the store could not be used.</exception>
    public Task<IReadOnlyList<RecallHit>> FindAsync(float[] message, TurnPath path, int end, CancellationToken cancellation) =>
        conversation.Embeddings.RunAsync(() =>
        {
            if (conversation.Embeddings.TakeFailure() is { } failure)
                notices.Verbose($"In the background turns could not be embedded, so they are now: {failure}");
            conversation.Embeddings.Forget(embedder.Model, Store, Store is null ? path.Take(end) : path);
            return LookUpAsync(message, path, end, cancellation);
        }, () => notices.Warn("Turns were still being embedded in the background, and that took long, so this turn embeds what it needs itself."),
        cancellation);

    private protected abstract Task<IReadOnlyList<RecallHit>> LookUpAsync(float[] message, TurnPath path, int end, CancellationToken cancellation);

    /// <summary>Embeds turns that say something and have no vector yet, and keeps their vectors.</summary>
    private protected abstract Task EmbedAsync(IReadOnlyList<QwenTurn> turns, CancellationToken cancellation);

    /// <summary>Embeds the parts of long turns, which are kept in memory, and gives the hits among them.</summary>
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

    // One turn after the other waits while a batch is on its way, and they make the next.
    private async Task EmbedWaitingAsync(CancellationToken stop)
    {
        if (conversation.Embeddings.Take(embedder.Model, Store) is { Count: > 0 } turns)
            await EmbedAsync(turns, stop).ConfigureAwait(false);
    }
}
