using System.Runtime.CompilerServices;
using QwenChat.Http;
using QwenChat.Protocols;

namespace QwenChat.Context;

/// <summary>
/// Keeps the conversation object at the service and the transcript here the same: makes it, reads what it holds, adds what lacks, takes
/// away what is not to be there, puts it together anew. For whoever has the conversation's turn.
/// </summary>
internal sealed class ConversationSync(QwenConversation conversation, QwenConnection connection, Transport transport, TimeProvider time, Notices notices)
{
    private readonly ServiceConversation _service = new(connection, transport, notices);

    public static ConversationSync For(QwenConversation conversation, QwenConnection? connection, Notices notices)
    {
        var used = connection ?? conversation.Connection;
        return new ConversationSync(conversation, used, Transport.For(used), ServiceClock.Of(used.Address), notices);
    }

    /// <summary>The object at this service; null when there is none (yet).</summary>
    public HeldConversation? Held => conversation.Held is { } held && held.Address == connection.Address ? held : null;

    /// <summary>Makes the object, with the whole transcript in calls of 20.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        ServiceConversation.CheckMetadata(conversation.Metadata);
        var items = Forms(conversation.Items).ToArray();
        var first = items.Take(StateBodies.MaximumItems).ToArray();
        var made = await _service.CreateAsync(Array.ConvertAll(first, pair => pair.Form), conversation.Metadata, cancellation).ConfigureAwait(false);
        var held = new HeldConversation(made.Id, connection.Address);
        conversation.Attach(held);
        var now = time.GetUtcNow();
        foreach (var (item, _) in first)
            held.Hold(item, null, now);
        await AddAsync(items.Skip(first.Length).ToArray(), cancellation).ConfigureAwait(false);
    }

    /// <summary>Adds messages that are in the transcript already.</summary>
    public async Task AddMissingAsync(IEnumerable<QwenItem> items, CancellationToken cancellation) =>
        await AddAsync(Forms(items).ToArray(), cancellation).ConfigureAwait(false);

    /// <summary>Adds messages at the end, of the transcript too: each call's together with it.</summary>
    /// <returns>The items as the service names them.</returns>
    public async Task<IReadOnlyList<QwenItem>> AppendAsync(IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        await SettleIfUncertainAsync(cancellation).ConfigureAwait(false);
        var added = new List<QwenItem>(items.Count);
        foreach (var batch in items.Chunk(StateBodies.MaximumItems))
        {
            var forms = Forms(batch).ToArray();
            await AddBatchAsync(forms, cancellation).ConfigureAwait(false);
            // With the service's ids, which a script can name again.
            var named = Array.ConvertAll(forms, pair => Named(pair.Item));
            conversation.AddPending(named);
            added.AddRange(named);
        }
        return added;
    }

    /// <summary>Deletes the item with an id: the service's, or that of the transcript.</summary>
    /// <returns>The item of the transcript; null when only the service had it.</returns>
    public async Task<QwenItem?> DeleteByIdAsync(string itemId, CancellationToken cancellation)
    {
        var held = Held!;
        var item = conversation.Items.FirstOrDefault(item => item.Id == itemId);
        if (item is null && held.FindById(itemId) is null)
        {
            await SettleAsync(cancellation).ConfigureAwait(false);
            if (held.FindById(itemId) is null)
            {
                await _service.DeleteItemAsync(held.Id, itemId, cancellation).ConfigureAwait(false);
                return null;
            }
        }
        item ??= held.FindById(itemId)!.Value.Item;
        await DeleteAsync([item], cancellation).ConfigureAwait(false);
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
        if (conversation.Items.FirstOrDefault(item => item.Id == itemId) is not { } item)
            return itemId;
        if (Held!.Find(item) is null or { Id: null })
        {
            using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
            await SettleAsync(cancellation).ConfigureAwait(false);
        }
        return Held.Find(item)?.Id ?? itemId;
    }

    private QwenItem WithTimes(QwenItem item)
    {
        var addedAt = item.CreatedAt ?? (item.Id is null ? null : Held!.FindById(item.Id)?.Held.AddedAt);
        return addedAt is null ? item : item.With(createdAt: addedAt, expiresAt: addedAt + ServerState.Lifetime);
    }

    /// <summary>Deletes all items, then the object.</summary>
    public async Task DeleteObjectAsync(CancellationToken cancellation)
    {
        var held = Held!;
        await DeleteLiveAsync(await _service.ReadAllItemsAsync(held.Id, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        await _service.DeleteAsync(held.Id, cancellation).ConfigureAwait(false);
        conversation.Detach();
    }

    /// <summary>Replaces the metadata at the service.</summary>
    public Task UpdateMetadataAsync(IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation) =>
        _service.UpdateAsync(Held!.Id, metadata, cancellation);

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

    /// <summary>Deletes items of the transcript at the service, the newest first. When that fails, what was deleted is added again before the next turn.</summary>
    public async Task DeleteAsync(IReadOnlyList<QwenItem> items, CancellationToken cancellation)
    {
        var held = Held!;
        if (!held.IsCertain || items.Any(item => held.Find(item) is { Id: null }))
            await SettleAsync(cancellation).ConfigureAwait(false);
        // All of them before the first is deleted: the service may list what is no id.
        foreach (var item in items)
            ServiceId.Checked(held.Find(item)?.Id ?? "unknown");
        foreach (var item in items.Reverse())
        {
            if (held.Find(item) is not { Id: { } itemId })
                continue;
            // Whatever comes of it: only after the answer is it known.
            held.IsCertain = false;
            await _service.DeleteItemsAsync(held.Id, [itemId], cancellation).ConfigureAwait(false);
            held.Forget(item);
            held.IsCertain = true;
        }
    }

    /// <summary>Reads the items where it is not certain that the service has what is thought.</summary>
    public Task SettleIfUncertainAsync(CancellationToken cancellation) =>
        Held is { IsCertain: true, Unsettled.Count: 0 } ? Task.CompletedTask : SettleAsync(cancellation);

    /// <summary>
    /// Reads what the service holds, learns the items' ids, and takes out what it has of turns that failed here: those are not in the
    /// transcript, so the model is not to see them either.
    /// </summary>
    /// <returns>The live items, oldest first.</returns>
    public async Task<IReadOnlyList<QwenItem>> SettleAsync(CancellationToken cancellation)
    {
        var (live, newItems) = await ReadAsync(cancellation).ConfigureAwait(false);
        var held = Held!;
        var strays = Arrived(newItems, held.Unsettled);
        if (strays.Length > 0)
        {
            await _service.DeleteItemsAsync(held.Id, strays.Select(item => item.Id!), cancellation).ConfigureAwait(false);
            live.RemoveAll(item => strays.Contains(item));
        }
        held.Unsettled = [];
        held.IsCertain = true;
        return live;
    }

    /// <summary>Reads what the service has that the transcript has not of a request whose answer was lost: its input, and what follows it.</summary>
    /// <returns>The items, the input's among them; none when the request did not arrive.</returns>
    public async Task<IReadOnlyList<QwenItem>> ReadArrivedAsync(IReadOnlyList<QwenItem> input, CancellationToken cancellation) =>
        Arrived((await ReadAsync(cancellation).ConfigureAwait(false)).New, input);

    public Task DeleteLiveAsync(IEnumerable<QwenItem> live, CancellationToken cancellation) =>
        _service.DeleteItemsAsync(Held!.Id, live.Select(item => item.Id!), cancellation);

    /// <summary>True when the oldest item that is thought to be there is the service's oldest.</summary>
    public async Task<bool> OldestIsLiveAsync(CancellationToken cancellation)
    {
        var oldest = conversation.Items.Select(Held!.Find).FirstOrDefault(held => held is not null);
        await foreach (var item in _service.ReadItemsAsync(Held.Id, newestFirst: false, null, 1, cancellation).ConfigureAwait(false))
            return item.Id == oldest?.Id;
        return oldest is null;
    }

    /// <summary>Puts the object together anew: what is live is deleted, and the whole transcript is added again in order.</summary>
    /// <remarks>What others added to the object in the meantime is taken into the transcript at its place, and so is kept.</remarks>
    public async Task RebuildAsync(CancellationToken cancellation)
    {
        var live = await SettleAsync(cancellation).ConfigureAwait(false);
        TakeIn(live);
        var held = Held!;
        held.IsCertain = false;
        await DeleteLiveAsync(live, cancellation).ConfigureAwait(false);
        foreach (var item in conversation.Items)
            held.Forget(item);
        await AddAsync(Forms(conversation.Items).ToArray(), cancellation).ConfigureAwait(false);
        held.IsCertain = true;
    }

    private async Task AddAsync(IReadOnlyList<(QwenItem Item, QwenItem Form)> items, CancellationToken cancellation)
    {
        foreach (var batch in items.Chunk(StateBodies.MaximumItems))
            await AddBatchAsync(batch, cancellation).ConfigureAwait(false);
    }

    /// <summary>One call. When its answer is lost the items are read before it is made again: nothing is added twice.</summary>
    private async Task AddBatchAsync((QwenItem Item, QwenItem Form)[] batch, CancellationToken cancellation)
    {
        if (batch.Length == 0)
            return;
        var held = Held!;
        var forms = Array.ConvertAll(batch, pair => pair.Form);
        IReadOnlyList<QwenItem>? added = null;
        for (int retries = 0; added is null; retries++)
        {
            try
            {
                added = await _service.AddAsync(held.Id, forms, cancellation).ConfigureAwait(false);
            }
            catch (QwenException failure) when (LostAnswer.IsPossible(failure))
            {
                bool again = await LostAnswer.WaitAsync(failure, retries, connection, time, cancellation).ConfigureAwait(false);
                var arrived = await ReadArrivedAsync(forms, cancellation).ConfigureAwait(false);
                // What is in the transcript already was found in reading; what is to be appended to it is new.
                if (arrived.Count >= forms.Length || Array.TrueForAll(batch, pair => held.Find(pair.Item) is not null))
                    added = arrived;
                else if (!again)
                    throw;
            }
        }
        var now = time.GetUtcNow();
        for (int i = 0; i < batch.Length; i++)
            held.Hold(batch[i].Item, i < added.Count ? added[i].Id : null, now);
    }

    private async Task<(List<QwenItem> Live, IReadOnlyList<QwenItem> New)> ReadAsync(CancellationToken cancellation)
    {
        var held = Held!;
        var live = await _service.ReadAllItemsAsync(held.Id, cancellation).ConfigureAwait(false);
        var items = conversation.Items.ToArray();
        var alignment = ItemAlignment.Of(Describe(held), live, cancellation);
        for (int i = 0; i < items.Length; i++)
        {
            if (alignment.LiveOf(i) is >= 0 and int at)
                held.Hold(items[i], live[at].Id, live[at].CreatedAt ?? (held.Find(items[i]) is null ? items[i].CreatedAt ?? time.GetUtcNow() : null));
            else
                held.Forget(items[i]);
        }
        return (live, live.Skip(alignment.FirstNew).ToArray());
    }

    private List<AlignedItem> Describe(HeldConversation held)
    {
        var described = new List<AlignedItem>();
        foreach (var turn in conversation.Path.From(0))
        {
            for (int i = 0; i < turn.Items.Count; i++)
                described.Add(Describe(held, turn.Items[i], turn.State == QwenReplyState.Interrupted && i >= turn.InputCount));
        }
        described.AddRange(conversation.Pending.Select(item => Describe(held, item, false)));
        return described;
    }

    private static AlignedItem Describe(HeldConversation held, QwenItem item, bool mayGoOn)
    {
        var form = ServiceForm.Of(item) ?? item;
        return new AlignedItem(held.Find(item)?.Id ?? item.Id, form.Type, form.Role, form.Text, mayGoOn);
    }

    /// <summary>The items of a request that arrived, in what the service has beyond the transcript: its input, and the answer that follows.</summary>
    private static QwenItem[] Arrived(IReadOnlyList<QwenItem> newItems, IReadOnlyList<QwenItem> input)
    {
        if (input.Count == 0)
            return [];
        for (int at = newItems.Count - input.Count; at >= 0; at--)
        {
            if (!Enumerable.Range(0, input.Count).All(i => IsSame(newItems[at + i], input[i])))
                continue;
            int end = at + input.Count;
            while (end < newItems.Count && TurnSplitter.IsAnswer(newItems[end]))
                end++;
            return newItems.Skip(at).Take(end - at).ToArray();
        }
        return [];
    }

    private static bool IsSame(QwenItem live, QwenItem sent) => live.Type == sent.Type && live.Role == sent.Role && live.Text == sent.Text;

    /// <summary>Takes items that others added into the transcript, as turns of their own, where the service has them.</summary>
    private void TakeIn(IReadOnlyList<QwenItem> live)
    {
        var held = Held!;
        var known = conversation.Items.Select(item => held.Find(item)?.Id).OfType<string>().ToHashSet();
        if (live.All(item => known.Contains(item.Id!)))
            return;
        var path = new TurnPath();
        int next = 0;
        foreach (var turn in conversation.Path.From(0))
        {
            var last = turn.Items.Select(item => held.Find(item)?.Id).LastOrDefault(id => id is not null);
            if (last is not null)
                path = TakeUntil(last, path);
            path = path.Append(turn.With(path.Count + 1, turn.Items, turn.InputCount, turn.Server));
        }
        var (end, rest) = TurnSplitter.Append(path, live.Skip(next).Where(item => !known.Contains(item.Id!)).ToArray(), time.GetUtcNow());
        conversation.MoveTo(end, [.. rest, .. conversation.Pending]);

        TurnPath TakeUntil(string lastId, TurnPath before)
        {
            var others = new List<QwenItem>();
            for (bool found = false; next < live.Count && !found; next++)
            {
                found = live[next].Id == lastId;
                if (!known.Contains(live[next].Id!))
                    others.Add(live[next]);
            }
            var (after, loose) = TurnSplitter.Append(before, others, time.GetUtcNow());
            return loose.Count == 0 ? after : after.Append(new QwenTurn(after.Count + 1, loose, loose.Count) { CreatedAt = time.GetUtcNow() });
        }
    }

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
