using System.Runtime.CompilerServices;
using QwenChat.Model;
using QwenChat.Store;

namespace QwenChat.Saving;

/// <summary>Finds the conversations of a store. Each conversation is loaded with all its turns, so that it later needs the store only for saving.</summary>
internal static class StoreListing
{
    private const string ServiceIdStart = "conv_";

    /// <summary>
    /// Enumerates the conversations whose names satisfy the filter, most recently used first. If the filter is null, all conversations are enumerated.
    /// Each conversation is loaded when it is enumerated.
    /// </summary>
    /// <exception cref="QwenException">The store cannot be read. If only one conversation cannot be read, its entry contains the error.</exception>
    public static async IAsyncEnumerable<ListedConversation> ListAsync(
        QwenStore store, Func<string?, bool>? wanted, QwenConnection connection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var entry in await store.Backend.ListAsync(wanted, cancellation).ConfigureAwait(false))
        {
            if (await LoadEntryAsync(store, entry, connection, cancellation).ConfigureAwait(false) is { } listed)
                yield return listed;
        }
    }

    /// <summary>Lists the conversations without their turns or settings.</summary>
    /// <exception cref="QwenException">The store cannot be read.</exception>
    public static async Task<IReadOnlyList<ConversationEntry>> SummarizeAsync(QwenStore store, Func<string?, bool>? wanted, CancellationToken cancellation)
    {
        var entries = await store.Backend.ListAsync(wanted, cancellation).ConfigureAwait(false);
        foreach (var entry in entries)
            store.Remember(entry.Name);
        return entries;
    }

    /// <summary>Returns the conversation with an id: its id in the store or the id of its conversation object.</summary>
    /// <exception cref="QwenException">The conversation does not exist, or cannot be read.</exception>
    public static async Task<QwenConversation> FindAsync(QwenStore store, string id, QwenConnection connection, CancellationToken cancellation) =>
        await FindByIdAsync(store, id, connection, cancellation).ConfigureAwait(false)
            ?? throw new QwenException(QwenErrorKind.NotFound,
            $"The store {store} has no conversation with the id '{id}'. To find conversations by name, use Get-QwenConversation -Store … -Name.");

    /// <summary>Returns the conversation with an id; null if the store does not contain the conversation.</summary>
    /// <exception cref="QwenException">The conversation cannot be read.</exception>
    public static async Task<QwenConversation?> FindByIdAsync(QwenStore store, string id, QwenConnection connection, CancellationToken cancellation)
    {
        if (await LoadAsync(store, id, connection, cancellation).ConfigureAwait(false) is { } found)
            return found;
        if (id.StartsWith(ServiceIdStart, StringComparison.Ordinal))
        {
            foreach (string other in await store.Backend.FindMentioningAsync(id, cancellation).ConfigureAwait(false))
            {
                if (await LoadAsync(store, other, connection, cancellation).ConfigureAwait(false) is { Held: { } held } attached && held.Id == id)
                    return attached;
            }
        }
        return null;
    }

    // The result is null if the conversation was removed after the list was read.
    private static async Task<ListedConversation?> LoadEntryAsync(QwenStore store, ConversationEntry entry, QwenConnection connection,
        CancellationToken cancellation)
    {
        if (entry.Failure is { } unreadable)
            return new ListedConversation(entry.Id, null, UnreadableRow.OfConversation(store.Location, entry.Id, unreadable));
        try
        {
            var loaded = await LoadAsync(store, entry.Id, connection, cancellation).ConfigureAwait(false);
            return loaded is null ? null : new ListedConversation(entry.Id, loaded, null);
        }
        catch (QwenException failure) when (failure.Kind == QwenErrorKind.StoreIncompatible)
        {
            return new ListedConversation(entry.Id, null, failure);
        }
    }

    private static async Task<QwenConversation?> LoadAsync(QwenStore store, string id, QwenConnection connection, CancellationToken cancellation)
    {
        try
        {
            return await store.Backend.LoadAsync(id, cancellation).ConfigureAwait(false) is var (record, turns) ? Open(store, record, turns, connection) : null;
        }
        catch (Exception failure) when (UnreadableRow.Is(failure) || failure is QwenException { Kind: QwenErrorKind.StoreIncompatible })
        {
            throw UnreadableRow.OfConversation(store.Location, id, failure);
        }
    }

    private static QwenConversation Open(QwenStore store, ConversationRecord record, IReadOnlyList<QwenTurn> turns, QwenConnection connection)
    {
        var row = ConversationRow.Read(record.Settings);
        string model = row.Settings.Options.Model ?? record.Model ?? throw UnreadableRow.Contradiction("the model is missing.");
        var settings = row.Settings with { Name = record.Name, Options = row.Settings.Options with { Model = model } };
        var conversation = new QwenConversation(record.Api, connection, settings, record.Id, record.CreatedAt);
        var path = new TurnPath();
        foreach (var turn in turns)
        {
            turn.SavedIn = store;
            path = path.Append(turn);
        }
        var pending = (row.Pending ?? []).Select(item => item.ToItem()).ToArray();
        conversation.Restore(path, pending, record.Usage, row.PrefixBroken, row.Counted, row.Calls);
        conversation.ReplaceSummaries(SummaryList.Of(row.Summaries ?? []));
        if (row.Held is { } held)
        {
            conversation.Attach(held.Hold());
            Hold(conversation.Held!, turns.SelectMany(turn => turn.Items).Concat(pending));
        }
        conversation.Place = new StoreBinding(store) { Id = record.Id, Tip = record.Tip, Version = record.Version,
            Header = ConversationRow.HeaderOf(conversation, record.Id) };
        store.Remember(record.Name);
        return conversation;
    }

    /// <summary>
    /// Assumes that the service still has the items, and that none expires before the stored expiry time. Before the next turn, the list of items is
    /// read from the service.
    /// </summary>
    private static void Hold(RemoteConversation held, IEnumerable<QwenItem> items)
    {
        var oldest = held.StoredExpiry - ServerState.Lifetime;
        foreach (var item in items.Where(item => Protocols.Conversations.ServiceForm.Of(item) is not null).ToArray())
            held.Hold(item, null, oldest is null || item.CreatedAt > oldest ? item.CreatedAt : oldest);
    }
}

/// <summary>A conversation in a store, or the error if it cannot be read.</summary>
/// <param name="Id">The conversation's id in the store.</param>
/// <param name="Conversation">The loaded conversation; null if the conversation cannot be read.</param>
/// <param name="Failure">The error; null if the conversation can be read.</param>
internal sealed record ListedConversation(string Id, QwenConversation? Conversation, QwenException? Failure);
