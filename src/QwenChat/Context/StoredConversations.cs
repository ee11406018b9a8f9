namespace QwenChat.Context;

/// <summary>Writes conversations into their store and reads them back.</summary>
internal static class StoredConversations
{
    /// <summary>
    /// Writes what is not in the store yet: settings, new turns, where the tip is. For whoever holds the conversation's turn lock; does
    /// nothing for a conversation without a store. When this returns, it is on the disk.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="notices">Told when another process wrote to it meanwhile, or when what had failed is made up for.</param>
    /// <param name="cancellation">Ends the wait for the store.</param>
    /// <exception cref="QwenException">The store could not be written. What is lacking goes with the next call.</exception>
    public static async Task SaveAsync(QwenConversation conversation, Notices notices, CancellationToken cancellation)
    {
        if (conversation.Place is not { } place)
            return;
        bool wasBehind = place.IsBehind;
        place.IsBehind = true;
        var path = conversation.Path;
        int first = FirstUnsaved(path, place.Store);
        var result = await WriteAsync(conversation, place, path, first, cancellation).ConfigureAwait(false);
        if (result.Outcome == WriteOutcome.ParentMissing)
        {
            // Somebody removed the conversation, and its turns with it, while it was in use here. It is stored anew, whole.
            first = 0;
            result = await WriteAsync(conversation, place, path, first, cancellation).ConfigureAwait(false);
        }
        for (int i = path.Count - 1; i >= first; i--)
            path[i].SavedIn = place.Store;
        place.Tip = path.Last?.Id;
        place.IsBehind = false;
        if (result.Outcome == WriteOutcome.Branched)
            BecomeBranch(conversation, place, result.Id, notices);
        else if (wasBehind && path.Count > first)
            notices.Warn($"What could not be saved before is in the store now: {path.Count - first} turn(s) of {conversation}.");
    }

    /// <summary>The same, where a reply is there and must not be lost with the store: a failure is a warning, and the turns go with the next save.</summary>
    /// <returns>Whether everything is in the store.</returns>
    public static async Task<bool> TrySaveAsync(QwenConversation conversation, Notices notices, CancellationToken cancellation)
    {
        try
        {
            await SaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (QwenException failure) when (failure.Kind is QwenErrorKind.StoreUnavailable or QwenErrorKind.StoreIncompatible)
        {
            int unsaved = conversation.Path.Count - FirstUnsaved(conversation.Path, conversation.Place!.Store);
            notices.Warn($"{unsaved} turn(s) of {conversation} are not in the store yet, and are saved with the next one: {failure.Message}");
            return false;
        }
    }

    /// <summary>Reads a conversation back, turns and all.</summary>
    /// <param name="store">The store.</param>
    /// <param name="record">The conversation, as the store lists it.</param>
    /// <param name="connection">What to continue it with; keys are not stored.</param>
    /// <param name="cancellation">Ends the wait for the store.</param>
    public static async Task<QwenConversation> ResumeAsync(QwenStore store, ConversationRecord record, QwenConnection connection, CancellationToken cancellation)
    {
        var turns = record.Tip is { } tip ? await store.Backend.ReadTurnsAsync(tip, cancellation).ConfigureAwait(false) : [];
        var path = new TurnPath();
        foreach (var turn in turns)
        {
            turn.SavedIn = store;
            path = path.Append(turn);
        }
        var settings = ConversationSettings.Read(record.Settings);
        var conversation = new QwenConversation(record.Api, connection, settings.Options, settings.ServiceId ?? record.Id, record.CreatedAt)
        {
            Name = record.Name,
            Metadata = settings.Metadata ?? new Dictionary<string, string>(),
            Stateless = settings.Stateless,
            ContextPolicy = settings.ContextPolicy,
        };
        conversation.ReplaceSummaries(SummaryList.Of(settings.Summaries ?? []));
        conversation.Restore(path, [], record.Usage, prefixBroken: false);
        conversation.Place = new StorePlace(store) { Id = record.Id, Tip = record.Tip, Header = ConversationSettings.HeaderOf(conversation, record.Id) };
        return conversation;
    }

    private static async Task<WriteResult> WriteAsync(QwenConversation conversation, StorePlace place, TurnPath path, int first, CancellationToken cancellation)
    {
        place.Id ??= conversation.Id;
        var header = ConversationSettings.HeaderOf(conversation, place.Id);
        var result = await place.Store.Backend.WriteAsync(new ConversationWrite
        {
            Header = header,
            HeaderChanged = place.Header is not null && place.Header != header,
            Move = path.Count == first && place.Tip == path.Last?.Id && place.Header is not null ? null : new TipMove
            {
                KnownTip = place.Tip,
                Parent = first == 0 ? null : path[first - 1].Id,
                Turns = path.From(first).ToArray(),
                Usage = conversation.Usage,
                BranchId = "local_" + Guid.NewGuid().ToString("N"),
            },
        }, cancellation).ConfigureAwait(false);
        if (result.Outcome != WriteOutcome.ParentMissing)
            place.Header = header;
        return result;
    }

    private static void BecomeBranch(QwenConversation conversation, StorePlace place, string id, Notices notices)
    {
        string before = conversation.ToString();
        place.Id = id;
        conversation.Name = null;
        if (conversation.Api != QwenApi.Conversations)
            conversation.Id = id;
        place.Header = place.Header! with { Id = id, Name = null };
        notices.Warn(
            $"Another process has added to {before} in the store, or taken turns back, since it was read here. What was said here is kept as a branch of its own, {id}; "
            + "nothing is lost. Name it with Set-QwenConversation, or read the other one: Get-QwenConversation -Store.");
    }

    // Whatever is in the store is there with all turns before it.
    private static int FirstUnsaved(TurnPath path, QwenStore store)
    {
        int first = path.Count;
        while (first > 0 && path[first - 1].SavedIn != store)
            first--;
        return first;
    }
}
