namespace QwenChat.Context;

/// <summary>Writes conversations into their store. One write of a conversation at a time, whoever has its claim.</summary>
internal static class StoredConversations
{
    /// <summary>How long a store may take for what was said, once the user stops: longer than a disk or a database takes, and not so long that a stop seems to do nothing.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Writes what is not in the store yet: settings, new turns, where the tip is. Does nothing for a conversation without a store. When
    /// this returns, it is on the disk.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="notices">Told when another process wrote to it meanwhile, or when what had failed is made up for.</param>
    /// <param name="cancellation">Ends the wait for the store.</param>
    /// <exception cref="QwenException">The store could not be written. What is lacking goes with the next call.</exception>
    public static async Task SaveAsync(QwenConversation conversation, Notices notices, CancellationToken cancellation)
    {
        if (conversation.Place is null)
            return;
        await conversation.Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await SaveAloneAsync(conversation, notices, cancellation).ConfigureAwait(false);
        }
        finally
        {
            conversation.Saving.Release();
        }
    }

    private static async Task SaveAloneAsync(QwenConversation conversation, Notices notices, CancellationToken cancellation)
    {
        if (conversation.Place is not { } place)
            return;
        var path = conversation.Path;
        int first = FirstUnsaved(path, place.Store);
        var header = ConversationSettings.HeaderOf(conversation, place.Id ??= conversation.Id);
        bool moves = path.Count > first || place.Tip != path.Last?.Id || place.Header is null;
        if (!moves && header == place.Header)
            return;
        bool wasBehind = place.IsBehind;
        place.IsBehind = true;
        var result = await WriteAsync(conversation, place, header, moves ? path : null, first, cancellation).ConfigureAwait(false);
        if (result.Outcome == WriteOutcome.ParentMissing)
        {
            // Somebody removed the conversation, and its turns with it, while it was in use here. It is stored anew, whole.
            first = 0;
            result = await WriteAsync(conversation, place, header, path, first, cancellation).ConfigureAwait(false);
        }
        place.Header = header;
        place.IsBehind = false;
        place.Store.Remember(conversation.Name);
        for (int i = path.Count - 1; i >= first; i--)
            path[i].SavedIn = place.Store;
        place.Tip = path.Last?.Id;
        if (result.Outcome == WriteOutcome.Branched)
            BecomeBranch(conversation, place, result.Id, notices);
        else if (wasBehind)
            notices.Warn($"What could not be saved of {conversation} before is in the store now.");
    }

    /// <summary>
    /// The same, where a reply is there and must not be lost with the store: a failure is a warning, and the turns go with the next save.
    /// What was said is also saved when the user stops, unless the store takes long.
    /// </summary>
    /// <returns>Whether everything is in the store.</returns>
    public static async Task<bool> TrySaveAsync(QwenConversation conversation, Notices notices, CancellationToken cancellation)
    {
        if (conversation.Place is null)
            return true;
        using var limit = new CancellationTokenSource();
        using var stop = cancellation.Register(() => limit.CancelAfter(s_grace));
        try
        {
            await SaveAsync(conversation, notices, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (QwenException failure) when (failure.Kind is QwenErrorKind.StoreUnavailable or QwenErrorKind.StoreIncompatible)
        {
            notices.Warn($"{Unsaved(conversation)} not in the store yet, and saved with the next turn: {failure.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            notices.Warn($"{Unsaved(conversation)} not in the store yet, and saved with the next turn: the store did not answer in time when the command was stopped.");
        }
        return false;
    }

    /// <summary>Keeps a conversation in another store from now on, whole; in none when it is null. In the store before it stays as it is.</summary>
    /// <exception cref="QwenException">The store could not be written; then nothing has changed.</exception>
    public static async Task MoveAsync(QwenConversation conversation, QwenStore? store, Notices notices, CancellationToken cancellation)
    {
        await conversation.Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (store == conversation.Store)
                return;
            var before = conversation.Place;
            conversation.Place = store is null ? null : new StorePlace(store);
            try
            {
                await SaveAloneAsync(conversation, notices, cancellation).ConfigureAwait(false);
            }
            catch
            {
                conversation.Place = before;
                throw;
            }
        }
        finally
        {
            conversation.Saving.Release();
        }
        if (store is not null)
            await StoredRecallIndex.TakeOverAsync(store, conversation.Path, notices, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes a conversation from its store; from then on it is kept in memory alone.</summary>
    /// <exception cref="QwenException">The store could not be written.</exception>
    public static async Task RemoveAsync(QwenConversation conversation, CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        await conversation.Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (conversation.Place is not { } place)
                return;
            if (place.Id is { } id)
                await place.Store.Backend.DeleteAsync(id, cancellation).ConfigureAwait(false);
            conversation.Place = null;
        }
        finally
        {
            conversation.Saving.Release();
        }
    }

    private static Task<WriteResult> WriteAsync(
        QwenConversation conversation, StorePlace place, ConversationHeader header, TurnPath? path, int first, CancellationToken cancellation) =>
        place.Store.Backend.WriteAsync(new ConversationWrite
        {
            Header = header,
            HeaderChanged = place.Header is not null && place.Header != header,
            Move = path is not { } turns ? null : new TipMove
            {
                KnownTip = place.Tip,
                Parent = first == 0 ? null : turns[first - 1].Id,
                Turns = turns.From(first).ToArray(),
                Usage = conversation.Usage,
                BranchId = "local_" + Guid.NewGuid().ToString("N"),
            },
        }, cancellation);

    // Two branches of one conversation cannot go on as the same object at the service.
    private static void BecomeBranch(QwenConversation conversation, StorePlace place, string id, Notices notices)
    {
        string before = conversation.ToString();
        place.Id = conversation.Id = id;
        conversation.Name = null;
        conversation.Detach();
        place.Header = ConversationSettings.HeaderOf(conversation, id);
        notices.Warn(
            $"Another process, or another object of this session, has added to {before} in the store or taken turns back since it was read here. What was said here is "
            + $"kept as a branch of its own, {id}; nothing is lost. Name it with Set-QwenConversation -Name, or read the other one: Get-QwenConversation -Store.");
    }

    private static string Unsaved(QwenConversation conversation)
    {
        int turns = conversation.TurnCount - FirstUnsaved(conversation.Path, conversation.Place!.Store);
        return turns == 0 ? $"The latest changes of {conversation} are" : $"{turns} turn(s) of {conversation} are";
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
