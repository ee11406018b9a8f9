using QwenChat.History;
using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Store;
using QwenChat.Text;

namespace QwenChat.Saving;

/// <summary>Writes conversations to their stores. Writes of the same conversation run one at a time (<see cref="QwenConversation.Saving"/>).</summary>
internal static class ConversationSaving
{
    /// <summary>
    /// The time that a write may take after the user stops a command. A disk or database normally needs less time, and the command still stops
    /// promptly.
    /// </summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    /// <summary>The maximum number of attempts to write while other writers change the conversation.</summary>
    private const int MostAttempts = 20;

    /// <summary>
    /// Writes the settings, turns and tip that are not in the store yet. When the method returns, the data is on disk. Does nothing for a
    /// conversation without a store.
    /// </summary>
    /// <exception cref="QwenException">The store could not be written. The next call writes the missing data.</exception>
    public static async Task SaveAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
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

    private static async Task SaveAloneAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        if (conversation.Place is not { } place)
            return;
        bool wasBehind = place.IsBehind, isNew = place.Header is null;
        bool fromStart = false;
        for (int attempt = 1; ; attempt++)
        {
            place.Id ??= conversation.Id;
            if (place.Header is null && attempt == 1)
                await StoreConflicts.BeginAsync(conversation, place, notices, cancellation).ConfigureAwait(false);
            var path = conversation.Path;
            int first = fromStart ? 0 : FirstUnsaved(path, place.Store);
            var header = ConversationRow.HeaderOf(conversation, place.Id!);
            bool moves = path.Count > first || place.Tip != path.Last?.Id || place.Header is null || fromStart;
            if (!moves && header == place.Header)
                return;
            place.IsBehind = true;
            var result = await WriteAsync(conversation, place, header, moves ? path : null, first, cancellation).ConfigureAwait(false);
            if (result.Outcome == WriteOutcome.Written)
            {
                place.Saved(header, result.Version);
                for (int i = path.Count - 1; i >= first; i--)
                    path[i].SavedIn = place.Store;
                place.Tip = path.Last?.Id;
                break;
            }
            if (attempt == MostAttempts)
                throw new QwenException(QwenErrorKind.StoreUnavailable,
                    $"{conversation} could not be saved to {place.Store}, because other sessions changed the conversation during every attempt. Try again.");
            // Another writer has removed the conversation and its turns from the store. Store the whole conversation again.
            if (result.Outcome == WriteOutcome.ParentMissing)
                fromStart = true;
            else if (await StoreConflicts.TakeAsync(conversation, place, header, moves, notices, cancellation).ConfigureAwait(false))
                break;
        }
        place.IsBehind = false;
        place.Store.Remember(conversation.Name);
        if (isNew)
            await StoredRecallIndex.TakeOverAsync(place.Store, conversation.Path, notices, cancellation).ConfigureAwait(false);
        if (wasBehind)
            notices.Warn($"The changes to {conversation} that could not be saved earlier are now in the store.");
    }

    /// <summary>
    /// Records the state of the conversation object and of its requests in the store. Does nothing for a conversation that is not stored yet. The next save
    /// reports a failure of the store.
    /// </summary>
    public static async Task TryRecordAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        if (conversation.Place is not { Header: not null, IsBehind: false } || conversation.Held is null)
            return;
        using var limit = new CancellationTokenSource();
        using var stop = cancellation.Register(() => limit.CancelAfter(s_grace));
        try
        {
            await SaveAsync(conversation, notices, limit.Token).ConfigureAwait(false);
        }
        catch (QwenException failure) when (failure.Kind is QwenErrorKind.StoreUnavailable or QwenErrorKind.StoreIncompatible or QwenErrorKind.NotFound)
        {
            notices.Verbose($"The service state of {conversation} could not be recorded in the store: {failure.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            notices.Verbose($"The service state of {conversation} could not be recorded in the store in time.");
        }
    }

    /// <summary>
    /// Merges other writers' changes to a stored conversation before its object on the service is changed. If the changes cannot be merged, the conversation
    /// becomes a branch with its own object. If the store is unavailable, only a verbose message is written.
    /// </summary>
    /// <exception cref="QwenException">The stored conversation cannot be read by this version.</exception>
    public static async Task RefreshAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        if (conversation.ApiKind != QwenApi.Conversations || conversation.Place is not { Header: not null })
            return;
        await conversation.Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (conversation is { Place: { Header: not null } place })
                await StoreConflicts.RefreshAsync(conversation, place, notices, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure) when (failure.Kind == QwenErrorKind.StoreUnavailable)
        {
            notices.Verbose($"Changes by other sessions to {conversation} in the store could not be read: {failure.Message}");
        }
        finally
        {
            conversation.Saving.Release();
        }
    }

    /// <summary>
    /// Saves a conversation. A failure is only a warning, because the reply must not be lost, and the next save writes the turns. If the user stops the
    /// command, the store still has a short time to complete the write.
    /// </summary>
    /// <returns>Whether everything is in the store.</returns>
    public static async Task<bool> TrySaveAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
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
            notices.Warn($"{Unsaved(conversation)} not in the store yet. Saving is retried after the next message or change. {failure.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            notices.Warn(
                $"{Unsaved(conversation)} not in the store yet. Saving is retried after the next message or change. The store did not respond in time after "
                    + "the command was stopped.");
        }
        return false;
    }

    /// <summary>
    /// Changes the settings and the store of a conversation. A null store keeps the conversation only in memory. A new store receives the conversation and its
    /// settings in one transaction. The previous store is not changed.
    /// </summary>
    /// <returns>True if the store has changed; false if the settings must still be saved.</returns>
    /// <exception cref="QwenException">The new store could not be written; nothing was changed.</exception>
    public static async Task<bool> ChangeAsync(
        QwenConversation conversation, Action<QwenConversation> change, QwenStore? store, NoticeQueue notices, CancellationToken cancellation)
    {
        await conversation.Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var before = new SettingsSnapshot(conversation);
            try
            {
                change(conversation);
                if (store == conversation.Store)
                    return false;
                conversation.Place = store is null ? null : new StoreBinding(store);
                await SaveAloneAsync(conversation, notices, cancellation).ConfigureAwait(false);
            }
            catch
            {
                before.Restore();
                throw;
            }
        }
        finally
        {
            conversation.Saving.Release();
        }
        return true;
    }

    /// <summary>Removes a conversation from its store. The conversation is then kept only in memory.</summary>
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

    private static async Task<WriteResult> WriteAsync(
        QwenConversation conversation, StoreBinding place, ConversationHeader header, TurnPath? path, int first, CancellationToken cancellation)
    {
        var write = new ConversationWrite
        {
            Header = header,
            HeaderChanged = place.Header is not null && place.Header != header,
            KnownVersion = place.Version,
            MustBeNew = place.Header is null,
            Move = path is not { } turns ? null : new TipMove
            {
                KnownTip = place.Tip,
                Parent = first == 0 ? null : turns[first - 1].Id,
                Turns = turns.From(first).ToArray(),
                Usage = conversation.Usage,
            },
        };
        place.Writes.Add(write.WriteId);
        return await place.Store.Backend.WriteAsync(write, cancellation).ConfigureAwait(false);
    }

    private static string Unsaved(QwenConversation conversation)
    {
        int turns = conversation.TurnCount - FirstUnsaved(conversation.Path, conversation.Place!.Store);
        return turns == 0 ? $"The latest changes to {conversation} are" : $"{Quantity.Of(turns, "turn")} of {conversation} {(turns == 1 ? "is" : "are")}";
    }

    // If a store contains a turn, it also contains all turns before it.
    private static int FirstUnsaved(TurnPath path, QwenStore store)
    {
        int first = path.Count;
        while (first > 0 && path[first - 1].SavedIn != store)
            first--;
        return first;
    }
}
