using QwenChat.Connection;
using QwenChat.Model;
using QwenChat.Store;

namespace QwenChat.Saving;

/// <summary>
/// Handles concurrent changes by other writers to a stored conversation. The caller must hold <see cref="QwenConversation.Saving"/>. The rules are in
/// docs/consistency.md.
/// </summary>
internal static class StoreConflicts
{
    /// <summary>Reads and merges the changes of other writers. If the changes conflict, makes this conversation a branch.</summary>
    public static async Task RefreshAsync(QwenConversation conversation, StoreBinding place, NoticeQueue notices, CancellationToken cancellation)
    {
        if (await place.Store.Backend.FindAsync(place.Id!, cancellation).ConfigureAwait(false) is not { } record || IsKnown(place, record))
            return;
        var merge = Merge(conversation, place, ConversationRow.HeaderOf(conversation, place.Id!), record);
        if (record.Tip != place.Tip || merge.IsConflict)
            BecomeBranch(conversation, place, notices);
        else
            Apply(conversation, place, merge, record);
    }

    /// <summary>Handles a write that failed because other writers have changed or removed the row.</summary>
    /// <returns>True if the conversation has been written; false if it must be written again.</returns>
    public static async Task<bool> TakeAsync(QwenConversation conversation, StoreBinding place, ConversationHeader header, bool moves, NoticeQueue notices,
        CancellationToken cancellation)
    {
        if (await place.Store.Backend.FindAsync(place.Id!, cancellation).ConfigureAwait(false) is not { } record)
        {
            // The conversation was removed since the last read. Store the whole conversation again.
            place.BeginAgain(place.Id!);
            return false;
        }
        if (place.Header is null)
        {
            TakeOver(conversation, place, record, notices);
            return false;
        }
        if (IsKnown(place, record))
            return false;
        var merge = Merge(conversation, place, header, record);
        bool theyMoved = record.Tip != place.Tip;
        bool waits = !SamePending(place.Header, header);
        if (merge.IsConflict || (theyMoved && (moves || waits)))
        {
            BecomeBranch(conversation, place, notices);
            return false;
        }
        if (!theyMoved)
        {
            Apply(conversation, place, merge, record);
            return false;
        }
        // Another writer has continued the conversation, and only settings have changed locally. The settings are written to the row. The known version is
        // kept, so that the next local turn creates a branch.
        var merged = header with { Name = merge.Name, Model = merge.Row.Settings.Options.Model, Settings = merge.Row.Write() };
        var write = new ConversationWrite { Header = merged, HeaderChanged = true, KnownVersion = record.Version };
        if ((await place.Store.Backend.WriteAsync(write, cancellation).ConfigureAwait(false)).Outcome != WriteOutcome.Written)
            return false;
        conversation.Name = merge.Name;
        merge.Row.ApplyTo(conversation, withHistory: false);
        place.Header = ConversationRow.HeaderOf(conversation, place.Id!);
        return true;
    }

    /// <summary>
    /// Returns whether the row is unchanged since this binding last read or wrote it. A local write whose outcome was unknown does not count as a change.
    /// </summary>
    private static bool IsKnown(StoreBinding place, ConversationRecord record)
    {
        if (record.WriteId is { } id && place.Writes.Contains(id))
            place.Read(record);
        return record.Version == place.Version && record.Tip == place.Tip;
    }

    private static StoredMerge Merge(QwenConversation conversation, StoreBinding place, ConversationHeader mine, ConversationRecord record) =>
        StoredMerge.Of(place.Header!, mine, record, ServiceClock.Of(conversation.Connection.Address).GetUtcNow());

    private static void Apply(QwenConversation conversation, StoreBinding place, StoredMerge merge, ConversationRecord record)
    {
        conversation.Name = merge.Name;
        merge.Row.ApplyTo(conversation, withHistory: true);
        var tip = place.Tip;
        place.Read(record);
        place.Tip = tip;
    }

    /// <summary>
    /// Handles an id that is already in the store. Either the conversation was in this store before it was moved to another store, or another conversation has
    /// the same id.
    /// </summary>
    private static void TakeOver(QwenConversation conversation, StoreBinding place, ConversationRecord record, NoticeQueue notices)
    {
        if (record.Tip is { } tip && conversation.Path.From(0).Any(turn => turn.Id == tip))
        {
            place.Read(record);
            return;
        }
        string before = place.Id!;
        if (ConversationRow.Read(record.Settings).Held?.Id == conversation.Held?.Id)
            conversation.Detach();
        place.BeginAgain(LocalId.ForConversation());
        conversation.Id = place.Id!;
        notices.Warn(
            $"The store {place.Store} already contains a different conversation with the id {before} (for example, the original of an "
                + $"imported conversation). This conversation was stored with the id {place.Id}.");
    }

    /// <summary>
    /// Prepares to store a conversation for the first time. If a row uses the same object on the service and ends with one of the conversation's turns, that
    /// row is used. If the row has other turns, the object is detached, because two rows must not share an object.
    /// </summary>
    public static async Task BeginAsync(QwenConversation conversation, StoreBinding place, NoticeQueue notices, CancellationToken cancellation)
    {
        if (conversation.Held is not { } held)
            return;
        foreach (string id in await place.Store.Backend.FindMentioningAsync(held.Id, cancellation).ConfigureAwait(false))
        {
            if (id == place.Id || await place.Store.Backend.FindAsync(id, cancellation).ConfigureAwait(false) is not { } record
                || ConversationRow.Read(record.Settings).Held?.Id != held.Id)
                continue;
            if (record.Tip is { } tip && conversation.Path.From(0).Any(turn => turn.Id == tip))
            {
                place.BeginAgain(id);
                place.Read(record);
            }
            else
            {
                conversation.Detach();
                notices.Warn(
                    $"In the store {place.Store}, the conversation {record.Name ?? record.Id} already uses the conversation object {held.Id}. Another object "
                        + $"will be created for {conversation} when its next message is sent.");
            }
            return;
        }
    }

    /// <summary>Makes the conversation a branch, because two conversations cannot share one row or one object on the service.</summary>
    private static void BecomeBranch(QwenConversation conversation, StoreBinding place, NoticeQueue notices)
    {
        string before = conversation.ToString();
        place.BeginAgain(LocalId.ForConversation());
        conversation.Id = place.Id!;
        conversation.Name = null;
        conversation.Detach();
        notices.Warn(
            $"The stored conversation {before} has changed since it was last read: another process, or another copy of the conversation in this session, has "
            + "added or undone a turn or changed the same setting. Nothing is lost. This conversation is now "
            + $"a separate branch, {place.Id}. To name the branch, use Set-QwenConversation -Name. To read the other conversation, use "
            + "Get-QwenConversation -Store.");
    }

    private static bool SamePending(ConversationHeader known, ConversationHeader mine) =>
        (ConversationRow.Read(known.Settings).Pending ?? []).Select(item => item.Id)
        .SequenceEqual((ConversationRow.Read(mine.Settings).Pending ?? []).Select(item => item.Id));
}
