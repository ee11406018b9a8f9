using QwenChat.Model;

namespace QwenChat.Recall;

/// <summary>
/// Finds the earlier turns that are relevant to a message: by words and meaning, or by words alone if there is no embedding model or it is
/// unavailable. It never makes a turn fail.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="connection">The connection of the turn and of the embedding calls.</param>
/// <param name="calls">Creates the embedding calls, which report to a queue.</param>
/// <param name="notices">The queue for messages to the user.</param>
internal sealed class TurnRecall(QwenConversation conversation, QwenConnection connection, Func<NoticeQueue, EmbeddingCalls> calls, NoticeQueue notices)
{
    private readonly QwenContextPolicy? _policy = conversation.ContextPolicy;
    private (RecallQuery Query, float[] Vector)? _embedded;

    /// <summary>The embedding model; null when none is specified and the server's models are not known.</summary>
    private string? Model => _policy?.EmbeddingModel ?? (connection.CompatibleUri is null ? EmbeddingCalls.DefaultModel : null);

    private bool AsksModel => Model is not null && conversation.RecallFailures.MayTry(conversation.Path.Count);

    /// <summary>Returns the nearest of the first turns if that is known without a call; null otherwise.</summary>
    public RecallResult? Preview(TurnPath path, int end, string message, int count) => QueryOf(path, message) is not { } query ? RecallResult.Nothing
        : AsksModel ? null : ByWords(path, end, query, count);

    /// <summary>Returns the nearest of the first turns, best first.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="end">The number of first turns to search.</param>
    /// <param name="message">The message.</param>
    /// <param name="count">The maximum number of turns.</param>
    /// <param name="cancellation">Cancels immediately.</param>
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

    /// <summary>Embeds a turn that is in the conversation, and in its store, in the background.</summary>
    public void EmbedLater(QwenTurn turn)
    {
        // Notices from background work have no reader.
        var unheard = new NoticeQueue();
        if (_policy?.Recall is not null && AsksModel)
            RecallIndex.Of(conversation, calls(unheard).Embedder(Model!, soon: true), unheard).EmbedLater(turn);
    }

    private RecallResult ByWords(TurnPath path, int end, RecallQuery query, int count)
    {
        if (Model is null && conversation.WarnOnce("recall by words"))
            notices.Warn(
                $"No embedding model is specified, and the models of {connection.Address} are not known, so earlier turns are recalled by their words. "
                    + $"Specify one: New-QwenContextPolicy -Recall {count} -EmbeddingModel.");
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
        notices.Warn($"Earlier turns were recalled by their words because recall by meaning failed: {failure.Message}"
            + conversation.RecallFailures.Advice + (conversation.RecallFailures.Advice.Length > 0
                ? " To retry immediately, set the policy again (Set-QwenConversation -ContextPolicy)." : ""));
    }
}

/// <summary>The result of a recall.</summary>
/// <param name="Hits">The turns, best first.</param>
internal sealed record RecallResult(IReadOnlyList<RecallHit> Hits)
{
    /// <summary>An empty result.</summary>
    public static RecallResult Nothing { get; } = new([]);
}
