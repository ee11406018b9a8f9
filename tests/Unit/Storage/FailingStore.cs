using QwenChat.Model;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Tests.Storage;

/// <summary>A store that can be made unavailable and available again.</summary>
internal sealed class FailingStore(IConversationStore store) : IConversationStore
{
    /// <summary>The failure of the next loads, turn reads and writes; null for no failure. Other calls do not fail.</summary>
    public Func<CancellationToken, Task>? Trouble { get; set; }

    public int Calls { get; private set; }

    /// <summary>The number of requested writes.</summary>
    public int Writes { get; private set; }

    public static Task Away(CancellationToken cancellation) => throw new QwenException(QwenErrorKind.StoreUnavailable, "The server has gone away.");

    public static Task Hang(CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);

    public async Task<WriteResult> WriteAsync(ConversationWrite write, CancellationToken cancellation)
    {
        Writes++;
        if (Trouble is { } trouble)
            await trouble(cancellation);
        return await Counted().WriteAsync(write, cancellation);
    }

    public async Task<IReadOnlyList<QwenTurn>> ReadTurnsAsync(Guid tip, CancellationToken cancellation)
    {
        if (Trouble is { } trouble)
            await trouble(cancellation);
        return await Counted().ReadTurnsAsync(tip, cancellation);
    }

    public Task<IReadOnlyList<ConversationEntry>> ListAsync(Func<string?, bool>? wanted, CancellationToken cancellation) =>
        Counted().ListAsync(wanted, cancellation);

    public Task<IReadOnlyList<string>> FindMentioningAsync(string text, CancellationToken cancellation) => Counted().FindMentioningAsync(text, cancellation);

    public async Task<(ConversationRecord Record, IReadOnlyList<QwenTurn> Turns)?> LoadAsync(string id, CancellationToken cancellation)
    {
        if (Trouble is { } trouble)
            await trouble(cancellation);
        return await Counted().LoadAsync(id, cancellation);
    }

    public Task<ConversationRecord?> FindAsync(string id, CancellationToken cancellation) => Counted().FindAsync(id, cancellation);

    public Task<bool> DeleteAsync(string id, CancellationToken cancellation) => Counted().DeleteAsync(id, cancellation);

    public Task WriteEmbeddingsAsync(EmbeddingSpace space, IReadOnlyList<TurnEmbedding> embeddings, CancellationToken cancellation) =>
        Counted().WriteEmbeddingsAsync(space, embeddings, cancellation);

    public Task<IReadOnlyList<TurnText>> ReadUnembeddedAsync(EmbeddingSpace space, string? conversationId, int limit, CancellationToken cancellation) =>
        Counted().ReadUnembeddedAsync(space, conversationId, limit, cancellation);

    public Task<IReadOnlyList<TurnEmbedding>> ReadEmbeddingsAsync(EmbeddingSpace space, IReadOnlyCollection<Guid> turns, CancellationToken cancellation) =>
        Counted().ReadEmbeddingsAsync(space, turns, cancellation);

    public Task<IReadOnlyList<StoreHit>> FindNearestAsync(EmbeddingSpace space, ReadOnlyMemory<float> vector, StoreSearchScope scope,
        CancellationToken cancellation) =>
        Counted().FindNearestAsync(space, vector, scope, cancellation);

    public Task<IReadOnlyList<StoreHit>> FindWordsAsync(string query, StoreSearchScope scope, CancellationToken cancellation) =>
        Counted().FindWordsAsync(query, scope, cancellation);

    public Task SettleAsync() => store.SettleAsync();

    public ValueTask DisposeAsync() => Counted().DisposeAsync();

    private IConversationStore Counted()
    {
        Calls++;
        return store;
    }
}
