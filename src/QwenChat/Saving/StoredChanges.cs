using QwenChat.Connection;
using QwenChat.Model;
using QwenChat.Store;

namespace QwenChat.Saving;

/// <summary>
/// What becomes of a stored conversation that others have changed since it was read here. For the holder of <see cref="QwenConversation.Saving"/>.
/// The rules are in docs/consistency.md.
/// </summary>
internal static class StoredChanges
{
    /// <summary>Reads what others changed, and makes one conversation of it, or two.</summary>
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

    /// <summary>A write found that others have changed the row.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="place">Its place.</param>
    /// <param name="header">What was to be written.</param>
    /// <param name="moves">Whether its tip was to be moved.</param>
    /// <param name="notices">What the user is to know.</param>
    /// <param name="cancellation">Ends the wait for the store.</param>
    /// <returns>True when it is written now; false when it is to be written again.</returns>
    public static async Task<bool> TakeAsync(QwenConversation conversation, StoreBinding place, ConversationHeader header, bool moves, NoticeQueue notices,
        CancellationToken cancellation)
    {
        if (await place.Store.Backend.FindAsync(place.Id!, cancellation).ConfigureAwait(false) is not { } record)
        {
            // It was removed in between: it is stored again, whole.
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
        // Another has gone on with the conversation, and only settings were changed here: those go to the row. The turns stay what they are here,
        // and so does the version that is known: the next turn from here becomes a branch.
        var merged = header with { Name = merge.Name, Model = merge.Row.Settings.Options.Model, Settings = merge.Row.Write() };
        var write = new ConversationWrite { Header = merged, HeaderChanged = true, KnownVersion = record.Version };
        if ((await place.Store.Backend.WriteAsync(write, cancellation).ConfigureAwait(false)).Outcome != WriteOutcome.Written)
            return false;
        conversation.Name = merge.Name;
        merge.Row.ApplyTo(conversation, withHistory: false);
        place.Header = ConversationRow.HeaderOf(conversation, place.Id!);
        return true;
    }

    /// <summary>Whether the row is as it was left from here; perhaps by a write whose outcome was not known.</summary>
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

    /// <summary>The id is in the store, and was never written from here: by this conversation, before it was kept elsewhere, or by another.</summary>
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
        place.BeginAgain(NewId());
        conversation.Id = place.Id!;
        notices.Warn(
            $"The store {place.Store} has another conversation of the id {before}, such as the one that this was exported from. This one is stored beside it, "
                + $"as {place.Id}.");
    }

    /// <summary>
    /// A conversation is stored for the first time. Where its object at the service is that of another row, it goes on in that row, if it is the
    /// same conversation, and else without the object: what is done to one row must not reach another.
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
                    $"The store {place.Store} has another conversation, {record.Name ?? record.Id}, with the object {held.Id}. This one gets an object of its "
                        + "own with its next message.");
            }
            return;
        }
    }

    /// <summary>Two conversations cannot go on as one row, nor as one object at the service.</summary>
    private static void BecomeBranch(QwenConversation conversation, StoreBinding place, NoticeQueue notices)
    {
        string before = conversation.ToString();
        place.BeginAgain(NewId());
        conversation.Id = place.Id!;
        conversation.Name = null;
        conversation.Detach();
        notices.Warn(
            $"Another process, or another object of this session, has changed {before} in the store since it was read here, by a turn, an undo or the same "
                + "setting. This one is "
            + $"a branch of its own from now on, {place.Id}; nothing is lost. Name it with Set-QwenConversation -Name, or read the other one: "
            + "Get-QwenConversation -Store.");
    }

    private static bool SamePending(ConversationHeader known, ConversationHeader mine) =>
        (ConversationRow.Read(known.Settings).Pending ?? []).Select(item => item.Id)
        .SequenceEqual((ConversationRow.Read(mine.Settings).Pending ?? []).Select(item => item.Id));

    private static string NewId() => "local_" + Guid.NewGuid().ToString("N");
}
