using QwenChat.Model;

namespace QwenChat.Recall;

/// <summary>
/// Finds the earlier turns that are relevant to a message by keyword and semantic search. Without an available embedding model, only keyword search is used. A
/// failed recall never causes the turn to fail.
/// </summary>
internal sealed class TurnRecall(QwenConversation conversation, QwenConnection connection, Func<NoticeQueue, EmbeddingCalls> calls, NoticeQueue notices)
{
    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private (RecallQuery Query, float[] Vector)? _embedded;

    /// <summary>The embedding model; null if no model is specified and the server is not the Qwen service.</summary>
    private string? Model => _policy?.EmbeddingModel ?? (connection.CompatibleUri is null ? EmbeddingCalls.DefaultModel : null);

    private bool AsksModel => Model is not null && conversation.RecallFailures.MayTry(conversation.Path.Count);

    /// <summary>Returns the most relevant turns of the range, best first; null if finding them requires a call or a search in the store.</summary>
    public RecallResult? Preview(TurnPath path, RecallRange range, string message, int count) =>
        QueryOf(path, message) is not { } query ? RecallResult.Nothing
        : AsksModel || LooksInStore ? null : ByWords(path, range, query, count, []);

    /// <summary>Whether turns of other conversations are also recalled.</summary>
    public bool LooksInStore => _policy?.RecallScope == nameof(QwenRecallScope.Store);

    /// <summary>Returns the most relevant turns of the range, best first.</summary>
    public async Task<RecallResult> FindAsync(TurnPath path, RecallRange range, string message, int count, CancellationToken cancellation)
    {
        if (QueryOf(path, message) is not { } query)
            return RecallResult.Nothing;
        var elsewhere = LooksInStore && conversation.Place?.Store is { } store ? new StoreRecall(store, path) : null;
        var others = await FindOthersAsync(elsewhere, query, cancellation).ConfigureAwait(false);
        var found = await FindAsync(path, range, query, count, elsewhere, others, cancellation).ConfigureAwait(false);
        return elsewhere is null ? found : await NameAsync(elsewhere, found, cancellation).ConfigureAwait(false);
    }

    private async Task<RecallResult> FindAsync(TurnPath path, RecallRange range, RecallQuery query, int count, StoreRecall? elsewhere,
        IReadOnlyList<OtherTurn> others, CancellationToken cancellation)
    {
        if (!AsksModel)
            return ByWords(path, range, query, count, others);
        try
        {
            var embedder = calls(notices).Embedder(Model!, soon: true);
            if (_embedded?.Query.Message != query.Message || _embedded?.Query.Before != query.Before)
                _embedded = (query, await query.EmbedAsync(embedder, cancellation).ConfigureAwait(false));
            var vector = _embedded.Value.Vector;
            var hits = range.Count == 0 ? []
                : await RecallIndex.Of(conversation, embedder, notices).FindAsync(vector, path, range.End, cancellation).ConfigureAwait(false);
            if (elsewhere is not null)
                others = await elsewhere.FindByMeaningAsync(Model!, vector, others, cancellation).ConfigureAwait(false);
            conversation.RecallFailures = default;
            return Fuse(path, range, query, hits, count, others);
        }
        catch (QwenException failure)
        {
            Tell(failure);
            return Fuse(path, range, query, [], count, others);
        }
    }

    /// <summary>Embeds, in the background, a turn that has been added to the conversation and its store.</summary>
    public void EmbedLater(QwenTurn turn)
    {
        // Notices from background work are discarded, because no command is waiting for them.
        var discarded = new NoticeQueue();
        if (_policy?.Recall is not null && AsksModel)
            RecallIndex.Of(conversation, calls(discarded).Embedder(Model!, soon: true), discarded).EmbedLater(turn);
    }

    /// <summary>
    /// Returns turns of other conversations that share words with the message. If the store cannot be read, writes a warning and returns no turns.
    /// </summary>
    private async Task<IReadOnlyList<OtherTurn>> FindOthersAsync(StoreRecall? elsewhere, RecallQuery query, CancellationToken cancellation)
    {
        if (elsewhere is null)
            return [];
        try
        {
            return await elsewhere.FindByWordsAsync(query, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure)
        {
            notices.Warn($"Turns of other conversations could not be recalled: {failure.Message}");
            return [];
        }
    }

    private async Task<RecallResult> NameAsync(StoreRecall elsewhere, RecallResult found, CancellationToken cancellation)
    {
        try
        {
            return found with { Others = await elsewhere.NameAsync(found.Others, cancellation).ConfigureAwait(false) };
        }
        catch (QwenException failure)
        {
            notices.Verbose($"Conversation ids are used instead of names, because the names could not be read: {failure.Message}");
            return found;
        }
    }

    private RecallResult ByWords(TurnPath path, RecallRange range, RecallQuery query, int count, IReadOnlyList<OtherTurn> others)
    {
        if (Model is null && conversation.WarnOnce("recall by keyword search"))
            notices.Warn(
                $"No embedding model is specified, and none is known for {connection.Address}, so earlier turns are recalled by keyword search. "
                    + $"Specify a model with New-QwenContextPolicy -Recall {count} -EmbeddingModel.");
        return Fuse(path, range, query, [], count, others);
    }

    private static RecallQuery? QueryOf(TurnPath path, string message) =>
        RecallQuery.Of(message, path.From(0).LastOrDefault(turn => turn.Message.Length > 0)?.Message ?? "");

    /// <summary>Ranks all turns together. Turns of other conversations have indexes after those of the conversation's own turns.</summary>
    private static RecallResult Fuse(
        TurnPath path, RecallRange range, RecallQuery query, IReadOnlyList<RecallHit> meaning, int count, IReadOnlyList<OtherTurn> others)
    {
        int end = range.End;
        var texts = path.Take(end).From(0).SelectMany(turn => TurnParts.Of(turn).Ranked)
            .Concat(others.SelectMany((other, i) => other.Ranked(end + i))).ToArray();
        var words = WordRanking.Rank(texts, query);
        if (others.Count > 0)
        {
            // The store has one vector for a complete turn, so keyword search determines which part of a long turn is quoted.
            var parts = words.Where(hit => hit.Index >= end).DistinctBy(hit => hit.Index).ToDictionary(hit => hit.Index, hit => hit.Part);
            meaning = [.. meaning.Concat(others.Select((other, i) => (other.Similarity, Index: end + i)).Where(one => one.Similarity is not null)
                .Select(one => new RecallHit(one.Index, parts.GetValueOrDefault(one.Index), one.Similarity!.Value, QwenSearchMode.Meaning)))
                .OrderByDescending(hit => hit.Score)];
        }
        var hits = RecallFusion.Fuse(texts, query.Asked, words, meaning, count, range.IsRead);
        var used = hits.Where(hit => hit.Index >= end).Select(hit => hit.Index).ToList();
        return new RecallResult([.. hits.Select(hit => hit.Index < end ? hit : hit with { Index = end + used.IndexOf(hit.Index) })])
        {
            Others = [.. used.Select(index => others[index - end])],
        };
    }

    private void Tell(QwenException failure)
    {
        conversation.RecallFailures = conversation.RecallFailures.Failed(conversation.Path.Count);
        notices.Warn($"Earlier turns were recalled by keyword search because semantic search failed: {failure.Message}"
            + conversation.RecallFailures.Advice + (conversation.RecallFailures.Advice.Length > 0
                ? " To retry immediately, set the policy again (Set-QwenConversation -ContextPolicy)." : ""));
    }
}

/// <summary>The result of a recall.</summary>
/// <param name="Hits">The turns, best first.</param>
internal sealed record RecallResult(IReadOnlyList<RecallHit> Hits)
{
    public static RecallResult Nothing { get; } = new([]);

    /// <summary>The turns of other conversations among the hits. Their indexes follow those of the conversation's searched turns.</summary>
    public IReadOnlyList<OtherTurn> Others { get; init; } = [];
}
