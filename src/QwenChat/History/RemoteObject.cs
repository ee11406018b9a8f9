using System.Runtime.CompilerServices;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols.Conversations;

namespace QwenChat.History;

/// <summary>
/// The conversation object at the service, and what changes it: makes it, reads its items, adds missing ones, deletes those that the transcript does not
/// have, rebuilds it. For the holder of the conversation's claim. The rules are in docs/consistency.md.
/// </summary>
internal sealed class RemoteObject
{
    private readonly QwenConversation _conversation;
    private readonly QwenConnection _connection;
    private readonly TimeProvider _time;
    private readonly NoticeQueue _notices;
    private readonly ConversationsApi _service;
    private readonly RemoteReconciliation _look;
    private readonly RemoteItems _items;

    public RemoteObject(QwenConversation conversation, QwenConnection connection, Transport transport, TimeProvider time, NoticeQueue notices)
    {
        (_conversation, _connection, _time, _notices) = (conversation, connection, time, notices);
        _service = new ConversationsApi(connection, transport, notices);
        _look = new RemoteReconciliation(conversation, _service, time, notices);
        _items = new RemoteItems(conversation, connection, _service, _look, time, notices);
    }

    public static RemoteObject For(QwenConversation conversation, QwenConnection? connection, NoticeQueue notices)
    {
        var used = connection ?? conversation.Connection;
        return new RemoteObject(conversation, used, Transport.For(used), ServiceClock.Of(used.Address), notices);
    }

    /// <summary>Looks at the object.</summary>
    public RemoteReconciliation Look => _look;

    /// <summary>Adds items to the object.</summary>
    public RemoteItems Items => _items;

    /// <summary>The object at this service; null when there is none (yet).</summary>
    public RemoteConversation? Held => _conversation.Held is { } held && held.Address == _connection.Address ? held : null;

    /// <summary>Makes the object, with the whole transcript in calls of 20.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        ConversationsApi.CheckMetadata(_conversation.Metadata);
        var items = Forms(_conversation.Items).ToArray();
        var first = items.Take(ConversationBodies.MaximumItems).ToArray();
        var made = await _service.CreateAsync(Array.ConvertAll(first, pair => pair.Form), _conversation.Metadata, cancellation).ConfigureAwait(false);
        // Until all of it is there, what is missing is looked for before it is added.
        var held = new RemoteConversation(made.Id, _connection.Address) { IsCertain = items.Length == first.Length };
        _conversation.Attach(held);
        var now = _time.GetUtcNow();
        foreach (var (item, _) in first)
            held.Hold(item, null, now);
        await _items.AddAsync(items.Skip(first.Length).ToArray(), cancellation).ConfigureAwait(false);
        held.IsCertain = true;
    }

    /// <summary>Adds messages that are in the transcript already.</summary>
    public async Task AddMissingAsync(IEnumerable<QwenItem> items, CancellationToken cancellation) =>
        await _items.AddAsync(Forms(items).ToArray(), cancellation).ConfigureAwait(false);

    /// <summary>The messages of the transcript that the service does not have.</summary>
    public QwenItem[] Missing() => _conversation.Items.Where(item => Held!.Find(item) is null && ServiceForm.Of(item) is not null).ToArray();

    /// <summary>True when the service has nothing that comes behind the first of the missing items.</summary>
    public bool IsAtEnd(QwenItem[] missing) => _conversation.Items.SkipWhile(item => item != missing[0]).All(item => Held!.Find(item) is null);

    /// <summary>Adds messages at the end, of the transcript too: all of them, or none.</summary>
    /// <returns>The items as the service names them.</returns>
    public async Task<IReadOnlyList<QwenItem>> AppendAsync(IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        await _look.SettleIfUncertainAsync(cancellation).ConfigureAwait(false);
        // What a removal took out in part is missing at the end: it comes before what is said now.
        var missing = Missing();
        if (missing.Length > 0 && IsAtEnd(missing) && !Array.Exists(missing, Held!.HasLost))
            await AddMissingAsync(missing, cancellation).ConfigureAwait(false);
        var forms = Forms(items).ToArray();
        await _items.AddAllAsync(forms, cancellation).ConfigureAwait(false);
        // With the service's ids, which a script can name again. Calls and results of tools are in the transcript only.
        var named = items.Select(Named).ToArray();
        _conversation.AddPending(named);
        return named;
    }

    /// <summary>Deletes the item with an id: the service's, or that of the transcript.</summary>
    /// <returns>The item of the transcript; null when only the service had it.</returns>
    public async Task<QwenItem?> DeleteByIdAsync(string itemId, CancellationToken cancellation)
    {
        var held = Held!;
        var item = _conversation.Items.FirstOrDefault(item => item.Id == itemId);
        if (item is null && held.FindById(itemId) is null)
        {
            await _look.SettleAsync(cancellation).ConfigureAwait(false);
            if (held.FindById(itemId) is null)
            {
                await _service.DeleteItemAsync(held.Id, itemId, cancellation).ConfigureAwait(false);
                return null;
            }
        }
        item ??= held.FindById(itemId)!.Value.Item;
        await DeleteAsync(() => [item], cancellation).ConfigureAwait(false);
        return item;
    }

    /// <summary>The live items as the service lists them, with what is known of their age.</summary>
    public async IAsyncEnumerable<QwenItem> ReadItemsAsync(bool newestFirst, string? after, int atMost, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in _service.ReadItemsAsync(Held!.Id, newestFirst, after, atMost, cancellation).ConfigureAwait(false))
            yield return WithTimes(item);
    }

    /// <summary>One live item.</summary>
    public async Task<QwenItem> ReadItemAsync(string itemId, CancellationToken cancellation) =>
        WithTimes(await _service.ReadItemAsync(Held!.Id, itemId, cancellation).ConfigureAwait(false));

    /// <summary>The service's id of an item that is named by it, or by the id that it has in the transcript.</summary>
    public async Task<string> FindIdAsync(string itemId, CancellationToken cancellation)
    {
        if (_conversation.Items.FirstOrDefault(item => item.Id == itemId) is not { } item)
            return itemId;
        if (Held!.Find(item) is null or { Id: null })
        {
            using var claim = await _conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
            await _look.SettleAsync(cancellation).ConfigureAwait(false);
        }
        return Held.Find(item)?.Id ?? itemId;
    }

    private QwenItem WithTimes(QwenItem item)
    {
        var addedAt = item.CreatedAt ?? (item.Id is null ? null : Held!.FindById(item.Id)?.Held.AddedAt);
        return addedAt is null ? item : item.With(createdAt: addedAt, expiresAt: addedAt + ServerState.Lifetime);
    }

    /// <summary>Deletes all items, then the object. One that is gone already is deleted.</summary>
    public async Task DeleteObjectAsync(CancellationToken cancellation)
    {
        var held = Held!;
        try
        {
            // The ids are learned first: a removal that fails half way leaves items which words alone might not tell.
            var live = await _look.SettleAsync(cancellation).ConfigureAwait(false);
            held.IsCertain = false;
            await RemoveAsync(held, async () =>
            {
                await DeleteLiveAsync(live, cancellation).ConfigureAwait(false);
                await _service.DeleteAsync(held.Id, cancellation).ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
        }
        catch (QwenException gone) when (IsUnknown(gone))
        {
            _notices.Verbose($"The conversation object {held.Id} is gone already.");
        }
        finally
        {
            held.Changed();
        }
        _conversation.Detach();
    }

    /// <summary>Replaces the metadata at the service.</summary>
    public Task UpdateMetadataAsync(IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation) =>
        _service.UpdateAsync(Held!.Id, metadata, cancellation);

    /// <summary>True when the service says that it does not know the object.</summary>
    public bool IsUnknown(QwenException failure) =>
        failure.Kind == QwenErrorKind.NotFound && Held is { } held && failure.Message.Contains(held.Id, StringComparison.Ordinal);

    /// <summary>Lets go of an object that the service does not know any more, so that the next message makes another one.</summary>
    public void GiveUp()
    {
        _notices.Warn(
            $"The service does not know {Held!.Id} any more: it was deleted elsewhere. The change is made to the transcript here, and the next message makes "
                + "a conversation object of it again.");
        _conversation.Detach();
    }

    /// <summary>The item under the id that the service gave it.</summary>
    private QwenItem Named(QwenItem item)
    {
        var held = Held!;
        if (held.Find(item) is not { Id: { } itemId, AddedAt: { } addedAt })
            return item;
        var named = item.With(id: itemId, createdAt: addedAt, expiresAt: addedAt + ServerState.Lifetime);
        held.Forget(item);
        held.Hold(named, itemId, addedAt);
        return named;
    }

    /// <summary>
    /// Deletes items of the transcript at the service, the newest first. When that fails, deleted items are added again before the next turn.
    /// </summary>
    /// <param name="find">Finds the items in the transcript; a look at the object may change which they are.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task DeleteAsync(Func<IReadOnlyList<QwenItem>> find, CancellationToken cancellation)
    {
        var held = Held!;
        if (!_look.IsSettled || find().Any(item => held.Find(item) is { Id: null }))
            await _look.SettleAsync(cancellation).ConfigureAwait(false);
        var items = find();
        // All of them before the first is deleted: the service may list what is no id.
        foreach (var item in items)
            ServiceId.Checked(held.Find(item)?.Id ?? "unknown");
        bool isDone = await RemoveAsync(held, async () =>
        {
            foreach (var item in items.Reverse())
            {
                if (held.Find(item) is not { Id: { } itemId })
                    continue;
                held.IsCertain = false;
                try
                {
                    await _service.DeleteItemsAsync(held.Id, [itemId], cancellation).ConfigureAwait(false);
                }
                finally
                {
                    held.Changed();
                }
                held.Forget(item);
                held.IsCertain = true;
            }
        }, cancellation).ConfigureAwait(false);
        if (!isDone)
            throw RemoteItems.ChangedElsewhere("removed");
    }

    /// <summary>Removes items between a record of the intent and its settlement: another process sees what an interrupted removal may have left.</summary>
    /// <returns>False where the conversation has become a branch, and nothing was removed.</returns>
    private async Task<bool> RemoveAsync(RemoteConversation held, Func<Task> remove, CancellationToken cancellation)
    {
        if (await _items.BeginRemovalAsync(cancellation).ConfigureAwait(false) is not { } intent)
            return false;
        try
        {
            await remove().ConfigureAwait(false);
            held.Settle(intent.Id);
            return true;
        }
        catch
        {
            held.Record(intent with { IsUnderWay = false });
            throw;
        }
    }

    /// <summary>True when the oldest item that is thought to be there is the service's oldest.</summary>
    public async Task<bool> OldestIsLiveAsync(CancellationToken cancellation)
    {
        var oldest = _conversation.Items.Select(Held!.Find).FirstOrDefault(held => held is not null);
        await foreach (var item in _service.ReadItemsAsync(Held.Id, newestFirst: false, null, 1, cancellation).ConfigureAwait(false))
            return item.Id == oldest?.Id;
        return oldest is null;
    }

    /// <summary>Rebuilds the object: all of its items are deleted, and the whole transcript is added again in order.</summary>
    /// <remarks>Items that others added to the object in the meantime are in the transcript at their place, and so are kept.</remarks>
    /// <returns>False where the conversation has become a branch, which has no object yet.</returns>
    public async Task<bool> RebuildAsync(CancellationToken cancellation)
    {
        var live = await _look.SettleAsync(cancellation).ConfigureAwait(false);
        var held = Held!;
        bool isDone = await RemoveAsync(held, async () =>
        {
            held.IsCertain = false;
            held.Changed();
            await DeleteLiveAsync(live, cancellation).ConfigureAwait(false);
            foreach (var item in _conversation.Items)
                held.Forget(item);
            await _items.AddAsync(Forms(_conversation.Items).ToArray(), cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
        if (isDone)
            (held.IsCertain, held.IsOutOfOrder, held.HasParts) = (true, false, false);
        return isDone;
    }

    private Task DeleteLiveAsync(IEnumerable<QwenItem> live, CancellationToken cancellation) =>
        _service.DeleteItemsAsync(Held!.Id, live.Select(item => item.Id!), cancellation);

    /// <summary>What the service takes of the items.</summary>
    private static IEnumerable<(QwenItem Item, QwenItem Form)> Forms(IEnumerable<QwenItem> items)
    {
        foreach (var item in items)
        {
            if (ServiceForm.Of(item) is { } form)
                yield return (item, form);
        }
    }
}
