using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.History;

/// <summary>
/// Reconciles a conversation object with the transcript: items of failed local requests are deleted, and items of other sessions are added to the
/// transcript. Callers must hold the conversation's <see cref="TurnClaim"/>.
/// </summary>
internal sealed class RemoteReconciliation(QwenConversation conversation, ConversationsApi service, TimeProvider time, NoticeQueue notices)
{
    private RemoteConversation Held => conversation.Held ?? throw new InvalidOperationException("The conversation has not been created on the service.");

    /// <summary>Whether the service is known to have exactly the items of the transcript.</summary>
    public bool IsSettled => Held is { IsCertain: true, Intents.Count: 0, WasChangedByOthers: false };

    /// <summary>
    /// Reads the items unless the service is known to have exactly the items of the transcript. If other clients may use the object, the items are always
    /// read.
    /// </summary>
    public async Task SettleIfUncertainAsync(CancellationToken cancellation)
    {
        if (!IsSettled || Held.IsAttached)
            await SettleAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the conversation object's items and reconciles them with the transcript. Items of failed local requests are deleted, because the model must
    /// not see items that are not in the transcript.
    /// </summary>
    /// <returns>The live items, oldest first.</returns>
    public async Task<IReadOnlyList<QwenItem>> SettleAsync(CancellationToken cancellation)
    {
        var listing = await LookAsync(cancellation).ConfigureAwait(false);
        var held = Held;
        var live = listing.Live.ToList();
        // Write intents with more items are settled first, and turns before other additions. Otherwise, an intent with few items could be matched with
        // items of another intent.
        foreach (var intent in held.Intents.OrderByDescending(intent => intent.Marks.Count).ThenByDescending(intent => intent.IsTurn))
        {
            if (intent.IsRemoval)
            {
                // Items that an interrupted removal deleted are not in the listing, so they are added again before the next turn.
                held.Settle(intent.Id);
                continue;
            }
            var found = listing.Find(intent);
            if (found.Length > 0 && IsOwn(listing, intent, found))
            {
                listing.Explain(found);
                var items = Array.ConvertAll(found, place => listing.Live[place]);
                held.Record(intent with { ItemIds = items.Select(item => item.Id!).ToArray() });
                await DeleteInOrderAsync(held, items, cancellation).ConfigureAwait(false);
                live.RemoveAll(items.Contains);
            }
            if (found.Length > 0 || intent.ItemIds.Count > 0 || !intent.MayArrive(time.GetUtcNow()) || (!intent.WasMissed && listing.HasTaken(intent)))
                held.Settle(intent.Id);
            else
                held.Record(intent with { WasMissed = true });
        }
        TakeIn(listing);
        held.HasParts |= listing.HasParts;
        held.IsOutOfOrder = held.HasParts || listing.IsOutOfOrder(conversation.Items);
        held.IsCertain = true;
        return live;
    }

    /// <summary>Checks whether the service processed a request whose response was lost. Other new items are left to the next reconciliation.</summary>
    /// <returns>The indexes of the request's items in the listing; empty if the request was not processed, or is still being processed.</returns>
    public async Task<(RemoteListing Listing, int[] Found)> LookForAsync(WriteIntent intent, CancellationToken cancellation)
    {
        var listing = await LookAsync(cancellation).ConfigureAwait(false);
        var found = listing.Find(intent);
        return (listing, found.Any(place => listing.Live[place].Id is { } id && Held.IsOthers(id)) ? [] : found);
    }

    /// <summary>The service id of the newest transcript item whose service id is known; null if no service id is known.</summary>
    public string? Newest => conversation.Items.Reverse().Select(item => Held.Find(item)?.Id).FirstOrDefault(id => id is not null);

    /// <summary>Deletes items, newest first. After an interruption, the oldest items remain and can be matched with the transcript.</summary>
    public async Task DeleteInOrderAsync(RemoteConversation held, IReadOnlyList<QwenItem> live, CancellationToken cancellation)
    {
        try
        {
            foreach (var item in live.Reverse())
                await service.DeleteItemsAsync(held.Id, [item.Id!], cancellation).ConfigureAwait(false);
        }
        finally
        {
            held.Changed();
        }
    }

    /// <summary>Reads the conversation object's items and matches them with the transcript.</summary>
    private async Task<RemoteListing> LookAsync(CancellationToken cancellation)
    {
        var held = Held;
        long changes = held.Changes;
        var live = await service.ReadAllItemsAsync(held.Id, cancellation).ConfigureAwait(false);
        var listing = RemoteListing.Of(conversation, held, live, cancellation);
        foreach (var item in conversation.Items.ToArray())
        {
            var before = held.Find(item);
            if (listing.PlaceOf(item) is >= 0 and int at)
            {
                held.AnswersNameItems |= before is { Id: not null, IsListed: false } && before.Value.Id == live[at].Id;
                held.Hold(item, live[at].Id, live[at].CreatedAt ?? (before is null ? item.CreatedAt ?? time.GetUtcNow() : null));
            }
            else if (before is { Id: not null })
            {
                held.Lose(item);
            }
            else
            {
                held.Forget(item);
            }
        }
        held.Seen(changes);
        return listing;
    }

    /// <summary>Returns whether the found items were certainly added by a local request and can therefore be deleted.</summary>
    private bool IsOwn(RemoteListing listing, WriteIntent intent, int[] found) =>
        intent.ItemIds.Count > 0 || !(Held.IsAttached || intent.IsRefused || found.Any(place => listing.Live[place].Id is not { } id || Held.IsOthers(id)));

    private void TakeIn(RemoteListing listing)
    {
        if (ForeignItems.TakeIn(conversation, Held, listing, time.GetUtcNow()) is > 0 and int count)
        {
            notices.Warn(
                $"The conversation object {Held.Id} has {Quantity.Of(count, "item")} that the transcript did not have: another session uses the object, or a "
                    + "failed request was processed after all. "
                + "Everything that the model sees is now in the transcript. To remove unwanted items, use Remove-QwenConversationItem.");
        }
        foreach (var turn in listing.FinishedAnswers.Keys)
        {
            notices.Warn(
                $"Turn {turn.Number} was stopped before its reply arrived, but the service has the complete reply. The model sees this reply, so it was "
                    + "added to the transcript. To undo the turn, use Undo-QwenTurn.");
        }
        foreach (var (turn, text) in listing.LongerAnswers)
        {
            if (conversation.WarnOnce("longer " + turn.Id))
                notices.Warn(
                    $"Turn {turn.Number} was stopped, but the service has the complete reply: the model sees "
                        + $"{Quantity.Of(text.Length - turn.Text.Length, "more character")} than the transcript shows. To undo the turn, use Undo-QwenTurn.");
        }
    }
}
