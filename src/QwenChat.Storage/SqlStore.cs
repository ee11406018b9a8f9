using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Storage;

/// <summary>The base class of the SQLite and PostgreSQL stores. Subclasses run the transactions and the searches.</summary>
internal abstract class SqlStore(string location, TimeProvider time) : IConversationStore
{
    /// <summary>The location of the store, without a password.</summary>
    public string Location { get; } = location;

    public virtual Task SettleAsync() => Task.CompletedTask;

    public Task<WriteResult> WriteAsync(ConversationWrite write, CancellationToken cancellation) =>
        RunAsync(true, session => WriteAsync(session, write), cancellation);

    public virtual Task<IReadOnlyList<ConversationEntry>> ListAsync(Func<string?, bool>? wanted, CancellationToken cancellation) =>
        RunAsync(false, session => ConversationTable.ListAsync(session, wanted), cancellation);

    public Task<IReadOnlyList<string>> FindMentioningAsync(string text, CancellationToken cancellation) =>
        RunAsync(false, session => ConversationTable.FindMentioningAsync(session, text), cancellation);

    public Task<ConversationRecord?> FindAsync(string id, CancellationToken cancellation) =>
        RunAsync(false, session => ConversationTable.FindAsync(session, id), cancellation);

    public Task<(ConversationRecord Record, IReadOnlyList<QwenTurn> Turns)?> LoadAsync(string id, CancellationToken cancellation) =>
        RunAsync(false, async session =>
    {
        if (await ConversationTable.FindAsync(session, id).ConfigureAwait(false) is not { } record)
            return default((ConversationRecord, IReadOnlyList<QwenTurn>)?);
        return (record, record.Tip is { } tip ? await TurnTable.ReadAsync(session, tip).ConfigureAwait(false) : []);
    }, cancellation);

    public Task<IReadOnlyList<QwenTurn>> ReadTurnsAsync(Guid tip, CancellationToken cancellation) =>
        RunAsync(false, session => TurnTable.ReadAsync(session, tip), cancellation);

    public Task<bool> DeleteAsync(string id, CancellationToken cancellation) =>
        RunAsync(true, session => ConversationRemoval.DeleteAsync(session, id), cancellation);

    public Task WriteEmbeddingsAsync(EmbeddingSpace space, IReadOnlyList<TurnEmbedding> embeddings, CancellationToken cancellation)
    {
        RequireVectors();
        var scaled = embeddings.Select(embedding => (embedding.TurnId, UnitVector.Of(embedding.Vector.Span, space))).ToList();
        return RunAsync(true, async session =>
        {
            if (await EmbeddingTable.FindSpaceAsync(session, space).ConfigureAwait(false) is not { } key)
                key = await AddSpaceAsync(session, space).ConfigureAwait(false);
            foreach (var (turnId, vector) in scaled)
            {
                if (await TurnTable.FindAsync(session, turnId).ConfigureAwait(false) is { } turn)
                    await WriteVectorAsync(session, key, turn.Key, vector).ConfigureAwait(false);
            }
            return true;
        }, cancellation);
    }

    public Task<IReadOnlyList<TurnText>> ReadUnembeddedAsync(EmbeddingSpace space, string? conversationId, int limit, CancellationToken cancellation)
    {
        RequireVectors();
        return RunAsync<IReadOnlyList<TurnText>>(false, async session =>
        {
            var reachable = await ReadReachableAsync(session, conversationId).ConfigureAwait(false);
            for (int unreadable = 0; ;)
            {
                var missing = await EmbeddingTable.ReadMissingAsync(session, space, reachable, limit + unreadable).ConfigureAwait(false);
                var texts = new List<TurnText>(missing.Count);
                foreach (var (key, id) in missing)
                {
                    if (await TurnTable.TryReadSpokenTextAsync(session, key).ConfigureAwait(false) is (var text, null))
                        texts.Add(new TurnText(id, text));
                }
                // Unreadable turns do not count toward the limit, so that they do not prevent other turns from being found.
                if (texts.Count >= limit || missing.Count < limit + unreadable)
                    return texts;
                unreadable = missing.Count - texts.Count;
            }
        }, cancellation);
    }

    public Task<IReadOnlyList<TurnEmbedding>> ReadEmbeddingsAsync(EmbeddingSpace space, IReadOnlyCollection<Guid> turns, CancellationToken cancellation)
    {
        RequireVectors();
        return RunAsync<IReadOnlyList<TurnEmbedding>>(false, async session =>
        {
            var found = new List<TurnEmbedding>();
            if (await EmbeddingTable.FindSpaceAsync(session, space).ConfigureAwait(false) is not { } key)
                return found;
            foreach (var id in turns)
            {
                if (await ReadVectorAsync(session, key, id).ConfigureAwait(false) is { } vector)
                    found.Add(new TurnEmbedding(id, vector));
            }
            return found;
        }, cancellation);
    }

    public Task<IReadOnlyList<StoreHit>> FindNearestAsync(EmbeddingSpace space, ReadOnlyMemory<float> vector, StoreSearchScope scope,
        CancellationToken cancellation)
    {
        RequireVectors();
        float[] query = UnitVector.Of(vector.Span, space);
        return RunAsync(false, async session =>
        {
            if (await EmbeddingTable.FindSpaceAsync(session, space).ConfigureAwait(false) is not { } key)
                return [];
            var reachable = await ReadReachableAsync(session, scope.ConversationId).ConfigureAwait(false);
            var matches = await FindNearestAsync(session, key, query, reachable, scope).ConfigureAwait(false);
            return await ReadHitsAsync(session, matches, reachable).ConfigureAwait(false);
        }, cancellation);
    }

    public Task<IReadOnlyList<StoreHit>> FindWordsAsync(string query, StoreSearchScope scope, CancellationToken cancellation)
    {
        var phrases = WordPhrase.Parse(query);
        return RunAsync(false, async session =>
        {
            var reachable = await ReadReachableAsync(session, scope.ConversationId).ConfigureAwait(false);
            var matches = new List<TurnMatch>();
            await MatchWordsAsync(session, phrases, scope.AnyWord, match =>
            {
                if (matches.Count < scope.Top && reachable.Contains(match.Turn.Strand, match.Turn.Number) && !scope.Exclude.Contains(match.Id))
                    matches.Add(match);
                return matches.Count < scope.Top;
            }).ConfigureAwait(false);
            return await ReadHitsAsync(session, matches, reachable).ConfigureAwait(false);
        }, cancellation);
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>
    /// Executes a transaction, which is rolled back if <paramref name="work"/> throws. If the database requires a retry, <paramref name="work"/> is
    /// called again.
    /// </summary>
    protected abstract Task<T> RunAsync<T>(bool writes, Func<SqlSession, Task<T>> work, CancellationToken cancellation);

    /// <summary>Returns the turns of a conversation, or of all conversations if the id is null.</summary>
    protected virtual Task<TurnsInConversations> ReadReachableAsync(SqlSession session, string? conversationId) =>
        TurnsInConversations.ReadAsync(session, conversationId);

    protected abstract Task IndexWordsAsync(SqlSession session, long turn, string text);

    /// <summary>Passes the matching turns to <paramref name="take"/>, best first, until <paramref name="take"/> returns false.</summary>
    protected abstract Task MatchWordsAsync(SqlSession session, IReadOnlyList<WordPhrase> phrases, bool any, Func<TurnMatch, bool> take);

    /// <summary>Throws if this store does not support vectors.</summary>
    protected virtual void RequireVectors()
    {
    }

    /// <returns>The key of the new space.</returns>
    protected virtual async Task<long> AddSpaceAsync(SqlSession session, EmbeddingSpace space) =>
        await EmbeddingTable.AddSpaceAsync(session, space).ConfigureAwait(false);

    /// <summary>Stores a turn's vector, replacing an existing vector.</summary>
    protected abstract Task WriteVectorAsync(SqlSession session, long space, long turn, float[] vector);

    protected abstract Task<float[]?> ReadVectorAsync(SqlSession session, long space, Guid turnId);

    /// <summary>Returns the turns with the nearest vectors, best first.</summary>
    protected abstract Task<IReadOnlyList<TurnMatch>> FindNearestAsync(SqlSession session, long space, float[] query, TurnsInConversations reachable,
        StoreSearchScope scope);

    private static async Task<IReadOnlyList<StoreHit>> ReadHitsAsync(SqlSession session, IReadOnlyList<TurnMatch> matches, TurnsInConversations reachable)
    {
        var hits = new List<StoreHit>(matches.Count);
        foreach (var match in matches)
        {
            var conversations = await session.QueryAsync(
                "SELECT id FROM conversation WHERE key = @key", reader => reader.GetString(0), ("key", reachable.ConversationOf(match.Turn)))
                    .ConfigureAwait(false);
            var (text, failure) = await TurnTable.TryReadSpokenTextAsync(session, match.Turn.Key).ConfigureAwait(false);
            hits.Add(new StoreHit(match.Id, (int)match.Turn.Number, conversations[0], match.Score, text) { Failure = failure });
        }
        return hits;
    }

    private async Task<WriteResult> WriteAsync(SqlSession session, ConversationWrite write)
    {
        var header = write.Header;
        var now = time.GetUtcNow();
        TurnPlace? parent = null;
        if (write.Move?.Parent is { } parentId)
        {
            parent = await TurnTable.FindAsync(session, parentId).ConfigureAwait(false);
            if (parent is null)
                return new WriteResult(WriteOutcome.ParentMissing, 0);
        }
        // A write without turns cannot create a conversation. If the conversation was deleted, the caller must also write its turns.
        if (write is { HeaderChanged: true, Move: null } && await ConversationTable.FindAsync(session, header.Id).ConfigureAwait(false) is null)
            return new WriteResult(WriteOutcome.ParentMissing, 0);
        bool isNew = await ConversationTable.InsertAsync(session, header, write.WriteId, now).ConfigureAwait(false);
        var row = await ConversationTable.LockAsync(session, header.Id).ConfigureAwait(false);
        // A transaction is repeated if the connection was lost before the outcome was known, so this write may already be in the store.
        if (isNew ? write.Move is null : row.WriteId == write.WriteId)
            return new WriteResult(WriteOutcome.Written, row.Version);
        // If a conversation is stored again under the same id, its settings replace the stored settings.
        bool replaces = !isNew && (write.HeaderChanged || write.MustBeNew);
        if (!isNew && (IsStale(row, write) || (write.KnownVersion is { } known && known != row.Version)))
            return new WriteResult(WriteOutcome.Stale, row.Version);
        if (replaces)
            await ConversationTable.UpdateAsync(session, header, now).ConfigureAwait(false);
        if (write.Move is { } move)
        {
            var last = await TurnTable.AppendAsync(session, parent, move.Turns, row.Key, (turn, text) => IndexWordsAsync(session, turn, text))
                .ConfigureAwait(false);
            await ConversationTable.MoveTipAsync(session, row.Key, last?.Key, move.Usage, now).ConfigureAwait(false);
        }
        if (isNew || !(replaces || write.Move is not null))
            return new WriteResult(WriteOutcome.Written, row.Version);
        await ConversationTable.SetVersionAsync(session, row.Key, row.Version + 1, write.WriteId).ConfigureAwait(false);
        return new WriteResult(WriteOutcome.Written, row.Version + 1);
    }

    /// <summary>
    /// Returns whether another writer has moved the tip. If the tip is one of the new turns, an earlier attempt of this write has moved it.
    /// </summary>
    private static bool IsStale(StoredRow row, ConversationWrite write)
    {
        if (write.Move is not { } move || move.Turns.Any(turn => turn.Id == row.Tip))
            return false;
        return write.MustBeNew || (row.Tip != move.KnownTip && row.Tip != move.Parent);
    }
}
