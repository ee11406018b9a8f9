using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Protocols.Conversations;
using QwenChat.Saving;

namespace QwenChat.History;

/// <summary>
/// Adds items to a conversation object. Each request is recorded before it is sent. If its response is lost, the object's items are read before a retry.
/// Callers must hold the conversation's <see cref="TurnClaim"/>.
/// </summary>
internal sealed class RemoteItems(QwenConversation conversation, QwenConnection connection, ConversationsApi service, RemoteReconciliation look,
    TimeProvider time, NoticeQueue notices)
{
    // The id of the last item that an earlier call added. The transcript may not contain this item yet.
    private string? _newest;

    private RemoteConversation Held => conversation.Held ?? throw new InvalidOperationException("The conversation has not been created on the service.");

    /// <summary>Records, locally and in the conversation's store, that a request is about to add items.</summary>
    public Task<WriteIntent> BeginAsync(IEnumerable<QwenItem> items, bool isTurn, CancellationToken cancellation) =>
        BeginAsync(items, isTurn, Guid.NewGuid().ToString("N"), cancellation);

    /// <inheritdoc cref="BeginAsync(IEnumerable{QwenItem}, bool, CancellationToken)"/>
    public async Task<WriteIntent> BeginAsync(IEnumerable<QwenItem> items, bool isTurn, string id, CancellationToken cancellation)
    {
        var intent = new WriteIntent(id, items.Select(WriteIntent.MarkOf).ToArray(), isTurn, _newest
            ?? look.Newest, time.GetUtcNow()) { IsUnderWay = true };
        Held.Record(intent);
        await ConversationSaving.TryRecordAsync(conversation, notices, cancellation).ConfigureAwait(false);
        return intent;
    }

    /// <summary>Records, locally and in the conversation's store, that a request is about to delete items.</summary>
    /// <returns>Null if the conversation has become a branch, which does not own the items.</returns>
    public async Task<WriteIntent?> BeginRemovalAsync(CancellationToken cancellation)
    {
        var held = Held;
        var intent = new WriteIntent(Guid.NewGuid().ToString("N"), [], IsTurn: false, After: null, time.GetUtcNow()) { IsRemoval = true, IsUnderWay = true };
        held.Record(intent);
        await ConversationSaving.TryRecordAsync(conversation, notices, cancellation).ConfigureAwait(false);
        return conversation.Held == held ? intent : null;
    }

    /// <summary>Creates the error for a change that was not made because the conversation has become a branch.</summary>
    public static QwenException ChangedElsewhere(string done) => new(QwenErrorKind.InvalidRequest,
        $"Another process changed the stored conversation at the same time, so this conversation is now a branch. Nothing was {done}. Try again.");

    /// <summary>Adds items, up to 20 per call. Either all items are added, or none.</summary>
    public async Task AddAllAsync(IReadOnlyList<(QwenItem Item, QwenItem Form)> items, CancellationToken cancellation)
    {
        int done = 0;
        try
        {
            foreach (var batch in items.Chunk(ConversationBodies.MaximumItems))
            {
                await AddBatchAsync(batch, cancellation).ConfigureAwait(false);
                done += batch.Length;
            }
        }
        catch (Exception failure) when (done > 0)
        {
            await TakeBackAsync(items.Take(done).ToArray(), failure is OperationCanceledException, cancellation).ConfigureAwait(false);
            if (failure is not QwenException known)
                throw;
            throw known.With(
                $"Only {done} of {items.Count} items were added before this error: {known.Message} The added items are removed, so none of the "
                    + $"{items.Count} items is in the conversation. Retry with all items.");
        }
    }

    /// <summary>Adds items, up to 20 per call. If a call fails, the items of earlier calls remain.</summary>
    public async Task AddAsync(IReadOnlyList<(QwenItem Item, QwenItem Form)> items, CancellationToken cancellation)
    {
        foreach (var batch in items.Chunk(ConversationBodies.MaximumItems))
            await AddBatchAsync(batch, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends one call. If its response is lost, the items are read before a retry, so that nothing is added twice.</summary>
    private async Task AddBatchAsync((QwenItem Item, QwenItem Form)[] batch, CancellationToken cancellation)
    {
        var held = Held;
        var forms = Array.ConvertAll(batch, pair => pair.Form);
        IReadOnlyList<QwenItem>? added = null;
        for (int retries = 0; added is null; retries++)
        {
            var intent = await BeginAsync(forms, isTurn: false, cancellation).ConfigureAwait(false);
            if (conversation.Held != held)
                throw ChangedElsewhere("added");
            bool wasCertain = held.IsCertain;
            held.IsCertain = false;
            try
            {
                added = await service.AddAsync(held.Id, forms, cancellation).ConfigureAwait(false);
                held.Settle(intent.Id);
                held.Changed();
                held.IsCertain = wasCertain;
            }
            catch (QwenException failure) when (RetryPolicy.MayHaveBeenProcessed(failure))
            {
                held.Record(intent = intent with { IsUnderWay = false, IsRefused = RetryPolicy.IsReportedByService(failure) });
                bool again = await RetryPolicy.WaitAsync(failure, retries, connection.MaximumRetryCount, time, cancellation).ConfigureAwait(false);
                var (listing, found) = await look.LookForAsync(intent, cancellation).ConfigureAwait(false);
                // LookForAsync has matched the service's items with the transcript. Items that are not in the transcript yet are found through the write
                // intent.
                if (found.Length >= forms.Length || Array.TrueForAll(batch, pair => held.Find(pair.Item) is not null))
                {
                    added = Array.ConvertAll(found, place => listing.Live[place]);
                    held.Settle(intent.Id);
                    held.Changed();
                    held.IsCertain = wasCertain;
                }
                else
                {
                    held.Record(intent with { WasMissed = true });
                    if (!again)
                        throw;
                }
            }
            catch (QwenException)
            {
                held.Settle(intent.Id);
                held.IsCertain = wasCertain;
                throw;
            }
            finally
            {
                if (added is null && held.Intents.FirstOrDefault(open => open.Id == intent.Id) is { IsUnderWay: true } open)
                    held.Record(open with { IsUnderWay = false });
            }
        }
        var now = time.GetUtcNow();
        for (int i = 0; i < batch.Length; i++)
            held.Hold(batch[i].Item, i < added.Count ? added[i].Id : null, now);
        _newest = held.Find(batch[^1].Item)?.Id;
    }

    /// <summary>Removes the items that earlier calls added, after a later call failed.</summary>
    private async Task TakeBackAsync((QwenItem Item, QwenItem Form)[] added, bool isStopped, CancellationToken cancellation)
    {
        var held = Held;
        var items = added.Select(pair => pair.Form.With(id: held.Find(pair.Item)?.Id ?? "")).ToArray();
        var intent = new WriteIntent(Guid.NewGuid().ToString("N"), items.Select(WriteIntent.MarkOf).ToArray(), false, _newest ?? look.Newest, time.GetUtcNow())
        {
            ItemIds = items.Select(item => item.Id!).Where(id => id.Length > 0).ToArray(),
        };
        held.Record(intent);
        held.IsCertain = false;
        foreach (var (item, _) in added)
            held.Forget(item);
        if (isStopped)
            return;
        try
        {
            await look.DeleteInOrderAsync(held, items.Where(item => item.Id!.Length > 0).ToArray(), cancellation).ConfigureAwait(false);
        }
        catch (QwenException later)
        {
            notices.Verbose("The items that were added could not be removed. The removal is retried before the next change to the conversation. "
                + later.Message);
        }
    }
}
