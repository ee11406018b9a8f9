using QwenChat.Saving;

namespace QwenChat.Batch;

/// <summary>The conversations that a process knows, in memory and in stores, while results are received.</summary>
/// <param name="connection">What conversations of a store go on with.</param>
/// <param name="known">The conversations of the session, by their ids in memory or in a store.</param>
/// <param name="open">Opens the store of a location; null where it cannot be opened here.</param>
internal sealed class ResultConversations(QwenConnection connection, IReadOnlyDictionary<string, QwenConversation> known,
    Func<string, CancellationToken, Task<QwenStore?>> open)
{
    private readonly Dictionary<string, QwenConversation> _kept = new(known, StringComparer.Ordinal);
    private readonly Dictionary<string, QwenStore?> _stores = new(StringComparer.Ordinal);

    /// <summary>The conversation of an id; null where it is not known.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="store">Where it is stored; null where it is not.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<QwenConversation?> FindAsync(string id, string? store, CancellationToken cancellation)
    {
        if (_kept.TryGetValue(id, out var here))
        {
            if (here.Place is not { Id: { } stored, IsBehind: false } kept
                || await kept.Store.Backend.FindAsync(stored, cancellation).ConfigureAwait(false) is not { } row || row.Tip == kept.Tip)
                return here;
            // Another process has gone on with it, and may have received the same result.
            return await StoreListing.FindByIdAsync(kept.Store, stored, connection, cancellation).ConfigureAwait(false);
        }
        if (store is null || await FindStoreAsync(store, cancellation).ConfigureAwait(false) is not { } opened)
            return null;
        return await StoreListing.FindByIdAsync(opened, id, connection, cancellation).ConfigureAwait(false);
    }

    /// <summary>The open store of a location; null where it cannot be opened here.</summary>
    public async Task<QwenStore?> FindStoreAsync(string location, CancellationToken cancellation)
    {
        if (!_stores.TryGetValue(location, out var store))
            _stores[location] = store = await open(location, cancellation).ConfigureAwait(false);
        return store;
    }

    /// <summary>Keeps a conversation, to be found by its id. One that is stored is found there.</summary>
    public void Keep(QwenConversation conversation)
    {
        if (conversation.Place is null)
            _kept[conversation.Id] = conversation;
    }
}
