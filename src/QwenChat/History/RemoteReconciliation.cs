using QwenChat.Model;

namespace QwenChat.History;

/// <summary>
/// Looks at a conversation object, and makes the transcript and the object the same: items of requests that failed here are deleted, and
/// items of others are taken into the transcript. For the holder of the conversation's claim.
/// </summary>
internal sealed class RemoteReconciliation(QwenConversation conversation, ConversationsApi service, TimeProvider time, NoticeQueue notices)
{
    private RemoteConversation Held => conversation.Held ?? throw new InvalidOperationException("The conversation has no object at the service.");

    /// <summary>Whether it is certain that the service has the items of the transcript and no others.</summary>
    public bool IsSettled => Held is { IsCertain: true, Intents.Count: 0, WasChangedByOthers: false };

    /// <summary>
    /// Reads the items where it is not certain that the service has those of the transcript and no others; of an object that others use it never is.
    /// </summary>
    public async Task SettleIfUncertainAsync(CancellationToken cancellation)
    {
        if (!IsSettled || Held.IsAttached)
            await SettleAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the object's items and learns their ids. Items of requests that failed here are deleted: they are not in the transcript, so the
    /// model is not to see them either. Items of others are taken into the transcript.
    /// </summary>
    /// <returns>The live items, oldest first.</returns>
    public async Task<IReadOnlyList<QwenItem>> SettleAsync(CancellationToken cancellation)
    {
        var listing = await LookAsync(cancellation).ConfigureAwait(false);
        var held = Held;
        var live = listing.Live.ToList();
        // The longest first, and a turn before items that nothing answers: its items would otherwise be taken for those of a shorter one.
        foreach (var intent in held.Intents.OrderByDescending(intent => intent.Marks.Count).ThenByDescending(intent => intent.IsTurn))
        {
            if (intent.IsRemoval)
            {
                // What is missing is known by the listing, and added again before the next turn.
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

    /// <summary>
    /// Looks whether a request whose answer was lost has been carried out. Items of its that are no answer, or are another's, are left to
    /// the next settling.
    /// </summary>
    /// <returns>The places of its items in the listing; empty when it has not, or not yet, arrived.</returns>
    public async Task<(RemoteListing Listing, int[] Found)> LookForAsync(WriteIntent intent, CancellationToken cancellation)
    {
        var listing = await LookAsync(cancellation).ConfigureAwait(false);
        var found = listing.Find(intent);
        return (listing, found.Any(place => listing.Live[place].Id is { } id && Held.IsOthers(id)) ? [] : found);
    }

    /// <summary>The id of the transcript's newest item whose id at the service is known; null when there is none.</summary>
    public string? Newest => conversation.Items.Reverse().Select(item => Held.Find(item)?.Id).FirstOrDefault(id => id is not null);

    /// <summary>Deletes items, the newest first, so that an interruption leaves the beginning, which is known again.</summary>
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

    /// <summary>Reads the object's items and learns which of the transcript's they are.</summary>
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

    /// <summary>Whether it is certain enough to delete them that found items are those of a request from here.</summary>
    private bool IsOwn(RemoteListing listing, WriteIntent intent, int[] found) =>
        intent.ItemIds.Count > 0 || !(Held.IsAttached || intent.IsRefused || found.Any(place => listing.Live[place].Id is not { } id || Held.IsOthers(id)));

    private void TakeIn(RemoteListing listing)
    {
        if (ForeignItems.TakeIn(conversation, Held, listing, time.GetUtcNow()) is > 0 and int count)
        {
            notices.Warn(
                $"The conversation object {Held.Id} has {count} item(s) that were not sent from here: another session uses it, or a request that had failed "
                    + "was carried out after all. "
                + "The model sees them, so they are in the transcript now. Remove-QwenConversationItem takes out what is not wanted.");
        }
        foreach (var turn in listing.FinishedAnswers.Keys)
        {
            notices.Warn(
                $"The answer of turn {turn.Number} was stopped here before its text came, and the service has all of it: the model sees it, so it is in the "
                    + "transcript now. Undo-QwenTurn takes the turn back.");
        }
        foreach (var (turn, text) in listing.LongerAnswers)
        {
            if (conversation.WarnOnce("longer " + turn.Id))
                notices.Warn(
                    $"The answer of turn {turn.Number} was stopped here, and the service has all of it: the model is given {text.Length - turn.Text.Length} "
                        + "characters more than the transcript shows. Undo-QwenTurn takes the turn back.");
        }
    }
}
