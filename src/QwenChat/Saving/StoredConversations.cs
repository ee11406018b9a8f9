using QwenChat.History;
using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Store;

namespace QwenChat.Saving;

/// <summary>Writes conversations into their store. One write of a conversation at a time, whoever has its claim.</summary>
internal static class StoredConversations
{
    /// <summary>
    /// How long a store may take for what was said, once the user stops: longer than a disk or a database takes, and not so long that a stop seems to
    /// do nothing.
    /// </summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a write is merged with others' before it is given up.</summary>
    private const int MostAttempts = 20;

    /// <summary>
    /// Writes what is not in the store yet: settings, new turns, where the tip is. Does nothing for a conversation without a store. When
    /// this returns, it is on the disk.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="notices">Told when another process wrote to it meanwhile, or when what had failed is made up for.</param>
    /// <param name="cancellation">Ends the wait for the store.</param>
    /// <exception cref="QwenException">The store could not be written. What is lacking goes with the next call.</exception>
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
        bool wasBehind = place.IsBehind;
        bool fromStart = false;
        for (int attempt = 1; ; attempt++)
        {
            place.Id ??= conversation.Id;
            if (place.Header is null && attempt == 1)
                await StoredChanges.BeginAsync(conversation, place, notices, cancellation).ConfigureAwait(false);
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
                    $"{conversation} could not be written to {place.Store}: others write to it all the time.");
            // Someone removed the conversation, and its turns with it, while it was in use here. It is stored again, whole.
            if (result.Outcome == WriteOutcome.ParentMissing)
                fromStart = true;
            else if (await StoredChanges.TakeAsync(conversation, place, header, moves, notices, cancellation).ConfigureAwait(false))
                break;
        }
        place.IsBehind = false;
        place.Store.Remember(conversation.Name);
        if (wasBehind)
            notices.Warn($"What could not be saved of {conversation} before is in the store now.");
    }

    /// <summary>
    /// Records in the store that a request to the conversation's object at the service begins, or how it stands, where the conversation is in
    /// a store already. A failure of the store is left to the next save, which tells of it.
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
            notices.Verbose($"A request of {conversation} could not be recorded in the store: {failure.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            notices.Verbose($"A request of {conversation} could not be recorded in the store in time.");
        }
    }

    /// <summary>
    /// Takes in what others have changed of a stored conversation, before its object at the service is changed. Where another has gone on
    /// with it, this one becomes a branch, with an object of its own.
    /// </summary>
    /// <exception cref="QwenException">The store cannot be read.</exception>
    public static async Task RefreshAsync(QwenConversation conversation, NoticeQueue notices, CancellationToken cancellation)
    {
        if (conversation.ApiKind != QwenApi.Conversations || conversation.Place is not { Header: not null })
            return;
        await conversation.Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (conversation is { Place: { Header: not null } place })
                await StoredChanges.RefreshAsync(conversation, place, notices, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure) when (failure.Kind == QwenErrorKind.StoreUnavailable)
        {
            notices.Verbose($"Whether others have changed {conversation} in the store could not be read: {failure.Message}");
        }
        finally
        {
            conversation.Saving.Release();
        }
    }

    /// <summary>
    /// The same, where a reply is there and must not be lost with the store: a failure is a warning, and the turns go with the next save.
    /// What was said is also saved when the user stops, unless the store takes long.
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
            notices.Warn($"{Unsaved(conversation)} not in the store yet, and saved when it can be written: {failure.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            notices.Warn(
                $"{Unsaved(conversation)} not in the store yet, and saved when it can be written: the store did not answer in time when the command was "
                    + "stopped.");
        }
        return false;
    }

    /// <summary>
    /// Changes settings, and where a conversation is kept: in no store when it is null. Another store is written in one transaction, with the new
    /// settings; in the store before the conversation stays as it is.
    /// </summary>
    /// <returns>Whether the store is another one; else the settings are still to be saved.</returns>
    /// <exception cref="QwenException">The other store could not be written; then nothing has changed.</exception>
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
        if (store is not null)
            await StoredRecallIndex.TakeOverAsync(store, conversation.Path, notices, cancellation).ConfigureAwait(false);
        return true;
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
