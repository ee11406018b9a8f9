using QwenChat.Saving;

namespace QwenChat.Batch;

/// <summary>Finds the conversations that results belong to, in memory and in stores.</summary>
/// <param name="connection">The connection for conversations that are read from a store.</param>
/// <param name="known">The conversations of the session. A key is the id in the store or, without a store, the id in memory.</param>
/// <param name="open">Opens the store at a location; null if this process cannot open it.</param>
internal sealed class ResultConversations(QwenConnection connection, IReadOnlyDictionary<string, QwenConversation> known,
    Func<string, CancellationToken, Task<QwenStore?>> open)
{
    private readonly Dictionary<string, QwenConversation> _kept = new(known, StringComparer.Ordinal);
    private readonly Dictionary<string, QwenStore?> _stores = new(StringComparer.Ordinal);

    /// <summary>Finds a conversation by its id; null if the id is unknown.</summary>
    /// <param name="id">The conversation id.</param>
    /// <param name="store">The location of the conversation's store; null if the conversation is not stored.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public async Task<QwenConversation?> FindAsync(string id, string? store, CancellationToken cancellation)
    {
        if (_kept.TryGetValue(id, out var here))
        {
            if (here.Place is not { Id: { } stored, IsBehind: false } kept
                || await kept.Store.Backend.FindAsync(stored, cancellation).ConfigureAwait(false) is not { } row || row.Tip == kept.Tip)
                return here;
            // Another process has continued the stored conversation, and may have added the same result. The stored conversation is therefore used, not the
            // conversation in memory.
            return await StoreListing.FindByIdAsync(kept.Store, stored, connection, cancellation).ConfigureAwait(false);
        }
        if (store is null || await FindStoreAsync(store, cancellation).ConfigureAwait(false) is not { } opened)
            return null;
        return await StoreListing.FindByIdAsync(opened, id, connection, cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns the store at a location, opening it if necessary; null if this process cannot open it.</summary>
    public async Task<QwenStore?> FindStoreAsync(string location, CancellationToken cancellation)
    {
        if (!_stores.TryGetValue(location, out var store))
            _stores[location] = store = await open(location, cancellation).ConfigureAwait(false);
        return store;
    }

    /// <summary>Remembers a conversation that is not in a store, so that it can be found by its id.</summary>
    public void Keep(QwenConversation conversation)
    {
        if (conversation.Place is null)
            _kept[conversation.Id] = conversation;
    }
}
