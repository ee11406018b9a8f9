using System.Runtime.CompilerServices;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols.Conversations;

namespace QwenChat.History;

/// <summary>
/// Manages the conversation object on the service according to the rules in docs/consistency.md. Callers must hold the conversation's
/// <see cref="TurnClaim"/>.
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

    public RemoteReconciliation Look => _look;

    public RemoteItems Items => _items;

    /// <summary>The conversation object at the address of this connection; null if there is no object at this address.</summary>
    public RemoteConversation? Held => _conversation.Held is { } held && held.Address == _connection.Address ? held : null;

    /// <summary>Creates the conversation object with the whole transcript, up to 20 items per call.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        ConversationsApi.CheckMetadata(_conversation.Metadata);
        var items = Forms(_conversation.Items).ToArray();
        var first = items.Take(ConversationBodies.MaximumItems).ToArray();
        var made = await _service.CreateAsync(Array.ConvertAll(first, pair => pair.Form), _conversation.Metadata, cancellation).ConfigureAwait(false);
        // The state of the conversation object is uncertain until all items have been added, so that the object is read again after a failure.
        var held = new RemoteConversation(made.Id, _connection.Address) { IsCertain = items.Length == first.Length };
        _conversation.Attach(held);
        var now = _time.GetUtcNow();
        foreach (var (item, _) in first)
            held.Hold(item, null, now);
        await _items.AddAsync(items.Skip(first.Length).ToArray(), cancellation).ConfigureAwait(false);
        held.IsCertain = true;
    }

    /// <summary>Adds messages that are already in the transcript.</summary>
    public async Task AddMissingAsync(IEnumerable<QwenItem> items, CancellationToken cancellation) =>
        await _items.AddAsync(Forms(items).ToArray(), cancellation).ConfigureAwait(false);

    /// <summary>Returns the messages of the transcript that the service does not have.</summary>
    public QwenItem[] Missing() => _conversation.Items.Where(item => Held!.Find(item) is null && ServiceForm.Of(item) is not null).ToArray();

    /// <summary>Returns whether the service has no items after the first missing item.</summary>
    public bool IsAtEnd(QwenItem[] missing) => _conversation.Items.SkipWhile(item => item != missing[0]).All(item => Held!.Find(item) is null);

    /// <summary>Appends messages to the conversation object and the transcript. Either all messages are appended, or none.</summary>
    /// <returns>The items with the service's ids.</returns>
    public async Task<IReadOnlyList<QwenItem>> AppendAsync(IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        await _look.SettleIfUncertainAsync(cancellation).ConfigureAwait(false);
        // After an interrupted removal, the last items may be missing on the service. These items must be added before the new messages.
        var missing = Missing();
        if (missing.Length > 0 && IsAtEnd(missing) && !Array.Exists(missing, Held!.HasLost))
            await AddMissingAsync(missing, cancellation).ConfigureAwait(false);
        var forms = Forms(items).ToArray();
        await _items.AddAllAsync(forms, cancellation).ConfigureAwait(false);
        // Scripts can refer to the returned items by the service's ids. Only the transcript contains tool calls and results, so they have no service ids.
        var named = items.Select(Named).ToArray();
        _conversation.AddPending(named);
        return named;
    }

    /// <summary>Deletes an item by its id, which may be the id on the service or in the transcript.</summary>
    /// <returns>The item of the transcript; null if only the service had the item.</returns>
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

    /// <summary>Enumerates the live items from the service. If the service omits a creation time, the local time of the addition is used.</summary>
    public async IAsyncEnumerable<QwenItem> ReadItemsAsync(bool newestFirst, string? after, int atMost, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in _service.ReadItemsAsync(Held!.Id, newestFirst, after, atMost, cancellation).ConfigureAwait(false))
            yield return WithTimes(item);
    }

    public async Task<QwenItem> ReadItemAsync(string itemId, CancellationToken cancellation) =>
        WithTimes(await _service.ReadItemAsync(Held!.Id, itemId, cancellation).ConfigureAwait(false));

    /// <summary>Returns the service id of an item. The item can be specified by this id or by its id in the transcript.</summary>
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

    /// <summary>Deletes all items, and then the conversation object. An object that no longer exists counts as deleted.</summary>
    public async Task DeleteObjectAsync(CancellationToken cancellation)
    {
        var held = Held!;
        try
        {
            // The ids are read first. If the removal fails halfway, the remaining items can be identified only by their ids.
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
            _notices.Verbose($"The conversation object {held.Id} no longer exists.");
        }
        finally
        {
            held.Changed();
        }
        _conversation.Detach();
    }

    public Task UpdateMetadataAsync(IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation) =>
        _service.UpdateAsync(Held!.Id, metadata, cancellation);

    public bool IsUnknown(QwenException failure) =>
        failure.Kind == QwenErrorKind.NotFound && Held is { } held && failure.Message.Contains(held.Id, StringComparison.Ordinal);

    /// <summary>Detaches the conversation from an object that the service no longer has, so that the next message creates a new object.</summary>
    public void GiveUp()
    {
        _notices.Warn(
            $"The conversation object {Held!.Id} no longer exists on the service. Only the local conversation is changed. The next message creates a new "
                + "conversation object from the transcript.");
        _conversation.Detach();
    }

    /// <summary>Returns the item with the id and times from the service, or the unchanged item if they are not known.</summary>
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
    /// Deletes transcript items from the service, newest first. If the deletion fails, items that were already deleted are added again before the next
    /// turn.
    /// </summary>
    /// <param name="find">Finds the items in the transcript. Reading the conversation object may change the result.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public async Task DeleteAsync(Func<IReadOnlyList<QwenItem>> find, CancellationToken cancellation)
    {
        var held = Held!;
        if (!_look.IsSettled || find().Any(item => held.Find(item) is { Id: null }))
            await _look.SettleAsync(cancellation).ConfigureAwait(false);
        var items = find();
        // All ids are checked before the first deletion, because the service may list invalid ids.
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

    /// <summary>
    /// Removes items. A write intent is recorded before the removal and closed after it, so that another process can detect an interrupted removal.
    /// </summary>
    /// <returns>False if the conversation has become a branch, in which case nothing was removed.</returns>
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

    /// <summary>Returns whether the oldest item on the service is the expected item.</summary>
    public async Task<bool> OldestIsLiveAsync(CancellationToken cancellation)
    {
        var oldest = _conversation.Items.Select(Held!.Find).FirstOrDefault(held => held is not null);
        await foreach (var item in _service.ReadItemsAsync(Held.Id, newestFirst: false, null, 1, cancellation).ConfigureAwait(false))
            return item.Id == oldest?.Id;
        return oldest is null;
    }

    /// <summary>Rebuilds the conversation object: deletes all of its items and adds the whole transcript again in order.</summary>
    /// <remarks>Items that other sessions added are kept, because they are first read into the transcript.</remarks>
    /// <returns>False if the conversation has become a branch, which has no object yet.</returns>
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

    /// <summary>Returns the items that the service accepts, each with the form in which it is sent.</summary>
    private static IEnumerable<(QwenItem Item, QwenItem Form)> Forms(IEnumerable<QwenItem> items)
    {
        foreach (var item in items)
        {
            if (ServiceForm.Of(item) is { } form)
                yield return (item, form);
        }
    }
}
