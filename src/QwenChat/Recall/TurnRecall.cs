using QwenChat.Model;

namespace QwenChat.Recall;

/// <summary>
/// Finds the earlier turns that a message is about: by words and meaning, or by words alone where there is no embedding model or it cannot be asked. A
/// turn never fails for it.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="connection">Where the turn is sent, and texts are embedded.</param>
/// <param name="calls">Asks for embeddings, and tells of it.</param>
/// <param name="notices">What the user is to know.</param>
internal sealed class TurnRecall(QwenConversation conversation, QwenConnection connection, Func<NoticeQueue, EmbeddingCalls> calls, NoticeQueue notices)
{
    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private (RecallQuery Query, float[] Vector)? _embedded;

    /// <summary>The embedding model; null where none is named, and the server is not one whose models are known.</summary>
    private string? Model => _policy?.EmbeddingModel ?? (connection.CompatibleUri is null ? EmbeddingCalls.DefaultModel : null);

    private bool AsksModel => Model is not null && conversation.RecallFailures.MayTry(conversation.Path.Count);

    /// <summary>The nearest of the first turns as far as that can be known without a call; null where it cannot.</summary>
    public RecallResult? Preview(TurnPath path, int end, string message, int count) => QueryOf(path, message) is not { } query ? RecallResult.Nothing
        : AsksModel ? null : ByWords(path, end, query, count);

    /// <summary>The nearest of the first turns, best first.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="end">How many of the first turns are looked at.</param>
    /// <param name="message">What is said.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancellation">Stops it at once.</param>
    public async Task<RecallResult> FindAsync(TurnPath path, int end, string message, int count, CancellationToken cancellation)
    {
        if (QueryOf(path, message) is not { } query)
            return RecallResult.Nothing;
        if (!AsksModel)
            return ByWords(path, end, query, count);
        try
        {
            var embedder = calls(notices).Embedder(Model!, soon: true);
            if (_embedded?.Query.Message != query.Message || _embedded?.Query.Before != query.Before)
                _embedded = (query, await query.EmbedAsync(embedder, cancellation).ConfigureAwait(false));
            var hits = await RecallIndex.Of(conversation, embedder, notices).FindAsync(_embedded.Value.Vector, path, end, cancellation).ConfigureAwait(false);
            conversation.RecallFailures = default;
            return Fuse(path, end, query, hits, count);
        }
        catch (QwenException failure)
        {
            Tell(failure);
            return Fuse(path, end, query, [], count);
        }
    }

    /// <summary>Has a turn that is in the conversation, and in its store, embedded in the background.</summary>
    public void EmbedLater(QwenTurn turn)
    {
        // Nobody listens when something is said there.
        var unheard = new NoticeQueue();
        if (_policy?.Recall is not null && AsksModel)
            RecallIndex.Of(conversation, calls(unheard).Embedder(Model!, soon: true), unheard).EmbedLater(turn);
    }

    private RecallResult ByWords(TurnPath path, int end, RecallQuery query, int count)
    {
        if (Model is null && conversation.WarnOnce("recall by words"))
            notices.Warn(
                $"No embedding model is named, and {connection.Address} may have any or none, so earlier turns are recalled by their words. Name one: "
                    + $"New-QwenContextPolicy -Recall {count} -EmbeddingModel.");
        return Fuse(path, end, query, [], count);
    }

    private static RecallQuery? QueryOf(TurnPath path, string message) =>
        RecallQuery.Of(message, path.From(0).LastOrDefault(turn => turn.Message.Length > 0)?.Message ?? "");

    private static RecallResult Fuse(TurnPath path, int end, RecallQuery query, IReadOnlyList<RecallHit> meaning, int count)
    {
        var texts = path.Take(end).From(0).SelectMany(turn => TurnParts.Of(turn).Ranked).ToArray();
        return new RecallResult(RecallFusion.Fuse(texts, WordRanking.Rank(texts, query), meaning, count));
    }

    private void Tell(QwenException failure)
    {
        conversation.RecallFailures = conversation.RecallFailures.Failed(conversation.Path.Count);
        notices.Warn($"Earlier turns were recalled by their words, because they could not be by meaning: {failure.Message}"
            + conversation.RecallFailures.Advice + (conversation.RecallFailures.Advice.Length > 0
                ? " Setting the policy again tries at once (Set-QwenConversation -ContextPolicy)." : ""));
    }
}

/// <summary>What a recall found.</summary>
/// <param name="Hits">The turns, best first.</param>
internal sealed record RecallResult(IReadOnlyList<RecallHit> Hits)
{
    /// <summary>Nothing was looked for, or nothing found.</summary>
    public static RecallResult Nothing { get; } = new([]);
}
