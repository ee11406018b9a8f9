using QwenChat.Connection;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;
using QwenChat.Saving;
using QwenChat.Store;
using QwenChat.Text;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Changes the history of a conversation and its state on the service: undo, add, remove, branch, move to another API. Turns are immutable, so a change
/// replaces the changed turn and all later turns.
/// </summary>
internal static class ConversationEdit
{
    /// <summary>
    /// Undoes the last turns. With the Responses API, the next turn continues from an earlier response. With the Conversations API, the items are first
    /// deleted from the conversation object. If the deletion fails, nothing is undone. With the other APIs, later requests contain fewer messages.
    /// </summary>
    public static async Task UndoAsync(QwenConversation conversation, int count, CancellationToken cancellation, QwenConnection? connection = null,
        NoticeQueue? notices = null)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        notices ??= new NoticeQueue();
        await ConversationSaving.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        var path = conversation.Path;
        if (count > path.Count)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest, path.Count == 0
                ? "The conversation has no turn to undo."
                : $"The conversation has only {Quantity.Of(path.Count, "turn")}; {count} cannot be undone.");
        }
        var undone = path.From(path.Count - count).SelectMany(turn => turn.Items).ToHashSet(ReferenceEqualityComparer.Instance);
        if (AtService(conversation, connection, notices) is { } sync)
            await ChangeAsync(conversation, sync, notices, () => sync.DeleteAsync(() => ItemsOf(conversation.Path, undone), cancellation), cancellation)
                .ConfigureAwait(false);
        conversation.MoveTo(Without(conversation.Path, path, count, undone));
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns the items to delete. Reading the conversation object may have added items to the undone turns. Items added to a reply are also deleted, but
    /// input items from other sessions are kept.
    /// </summary>
    private static QwenItem[] ItemsOf(TurnPath path, HashSet<object?> undone) =>
        [.. path.From(0).Where(turn => turn.Items.Any(undone.Contains))
            .SelectMany(turn => turn.Items.Where((item, i) => i >= turn.InputCount || undone.Contains(item)))];

    /// <summary>
    /// Removes the turns to undo from a path. These turns may no longer be the last turns, because reading the conversation object may have added turns
    /// from other sessions.
    /// </summary>
    private static TurnPath Without(TurnPath path, TurnPath before, int count, HashSet<object?> undone)
    {
        if (path.Count == before.Count && path.Last == before.Last)
            return path.Take(path.Count - count);
        var left = new TurnPath();
        foreach (var turn in path.From(0))
        {
            if (!turn.Items.Any(undone.Contains))
            {
                left = left.Append(turn.Number == left.Count + 1 ? turn : turn.With(left.Count + 1, turn.Items, turn.InputCount, turn.Server));
                continue;
            }
            QwenItem[] others = [.. turn.Items.Take(turn.InputCount).Where(item => !undone.Contains(item))];
            if (others.Length > 0)
                left = left.Append(new QwenTurn(left.Count + 1, others, others.Length) { CreatedAt = turn.CreatedAt });
        }
        return left;
    }

    /// <summary>Verifies that each result answers a pending call, and that no two results answer the same call.</summary>
    private static void CheckResults(QwenConversation conversation, IReadOnlyList<MessageDraft> messages, IChatProtocol protocol)
    {
        var waiting = conversation.Pending;
        var open = OpenCalls.Of(conversation.Path.Last, protocol).Concat(waiting.SelectMany(item => ToolItem.Calls(item, protocol))).ToList();
        open.RemoveAll(call => OpenCalls.HasResult(waiting, call));
        foreach (var message in messages)
        {
            open.AddRange(message.ToolCalls);
            if (message.Role != "tool")
                continue;
            OpenCalls.Check(open, message.ToolCallId);
            open.RemoveAll(call => call.Id == message.ToolCallId);
        }
    }

    /// <summary>Changes the conversation object on the service. If the change fails, the state of the object is recorded in the store.</summary>
    /// <returns>False if the service no longer knows the object; the next turn then creates a new object.</returns>
    private static async Task<bool> ChangeAsync(QwenConversation conversation, RemoteObject sync, NoticeQueue notices, Func<Task> change,
        CancellationToken cancellation)
    {
        try
        {
            await change().ConfigureAwait(false);
            return true;
        }
        catch (QwenException gone) when (sync.IsUnknown(gone))
        {
            sync.GiveUp();
            return false;
        }
        catch
        {
            await ConversationSaving.TryRecordAsync(conversation, notices, cancellation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Adds messages that become part of the next turn. With the Conversations API, the messages are added to the conversation object immediately, up
    /// to 20 per call.
    /// </summary>
    public static async Task<IReadOnlyList<QwenItem>> AddAsync(
        QwenConversation conversation, IReadOnlyList<MessageDraft> messages, CancellationToken cancellation, QwenConnection? connection = null,
            NoticeQueue? notices = null)
    {
        // Adding local pending items does not affect a turn in progress; adding items to a conversation object does.
        using var claim = conversation.ApiKind == QwenApi.Conversations ? await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false) : null;
        notices ??= new NoticeQueue();
        await ConversationSaving.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        var used = connection ?? conversation.Connection;
        var protocol = ChatProtocol.For(conversation.ApiKind, conversation.Model);
        var now = ServiceClock.Of(used.Address).GetUtcNow();
        CheckResults(conversation, messages, protocol);
        IReadOnlyList<QwenItem> items = messages.SelectMany(message => protocol.WriteMessage(message, now)).ToArray();
        if (items.Any(LeadingSystemText.IsSystem))
            LeadingSystemText.WarnOfLate(conversation, conversation.Items.Concat(items), notices);
        if (AtService(conversation, connection, notices) is not { } sync
            || !await ChangeAsync(conversation, sync, notices, async () => items = await sync.AppendAsync(items, cancellation).ConfigureAwait(false),
            cancellation).ConfigureAwait(false))
        {
            conversation.AddPending(items);
        }
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
        return items;
    }

    /// <summary>
    /// Removes an item. Later turns do not continue from service state that contains the item. If the item is in a conversation object, it is deleted
    /// there too.
    /// </summary>
    public static async Task RemoveAsync(QwenConversation conversation, string itemId, CancellationToken cancellation, QwenConnection? connection = null,
        NoticeQueue? notices = null)
    {
        ConversationsApi.CheckItemId(itemId);
        notices ??= new NoticeQueue();
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        bool wasThere = conversation.Items.Any(item => item.Id == itemId);
        await ConversationSaving.RefreshAsync(conversation, notices, cancellation).ConfigureAwait(false);
        if (wasThere && !conversation.Items.Any(item => item.Id == itemId))
        {
            notices.Warn($"Another session that uses the stored conversation has already removed the item {itemId}.");
            return;
        }
        if (AtService(conversation, connection, notices) is { } sync)
        {
            QwenItem? deleted = null;
            bool isThere = await ChangeAsync(conversation, sync, notices, async () => deleted = await sync.DeleteByIdAsync(itemId, cancellation)
                .ConfigureAwait(false), cancellation).ConfigureAwait(false);
            if (deleted is null && isThere)
            {
                await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
                return;
            }
            itemId = deleted?.Id ?? itemId;
        }
        if (conversation.Pending.FirstOrDefault(item => item.Id == itemId) is { } waiting)
        {
            conversation.MoveTo(conversation.Path, conversation.Pending.Where(item => item != waiting).ToArray());
            await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
            return;
        }
        var path = conversation.Path;
        int at = 0;
        QwenTurn? hit = null;
        foreach (var turn in path.From(0))
        {
            if (turn.Items.Any(item => item.Id == itemId))
            {
                hit = turn;
                break;
            }
            at++;
        }
        if (hit is null)
            throw new QwenException(QwenErrorKind.NotFound, $"The conversation has no item '{itemId}'. To list the items, use Get-QwenConversationItem.");
        var kept = path.Take(at);
        foreach (var turn in path.From(at))
        {
            var items = turn == hit ? turn.Items.Where(item => item.Id != itemId).ToArray() : turn.Items;
            if (items.Count == 0)
                continue;
            int inputs = turn == hit ? turn.Items.Take(turn.InputCount).Count(item => item.Id != itemId) : turn.InputCount;
            kept = kept.Append(turn.With(kept.Count + 1, items, inputs, server: null));
        }
        conversation.MoveTo(kept);
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
    }

    /// <summary>Creates a branch that contains the turns of a path, optionally for another API.</summary>
    public static QwenConversation Copy(QwenConversation conversation, TurnPath path, bool withPending, QwenApi? api, NoticeQueue notices)
    {
        var pending = withPending ? conversation.Pending : [];
        if (api is null || api == conversation.ApiKind)
            return conversation.Branch(path, pending);
        var policy = conversation.ContextPolicy;
        if (policy?.Shortens == true && api == QwenApi.Conversations)
        {
            string rest = policy.Recall is null ? "has no context policy" : $"keeps only -Recall {policy.Recall} of the context policy";
            notices.Warn($"In the Conversations API, the model receives every item of the conversation, so the copy {rest}.");
            policy = policy.Recall is null ? null : policy.OfRecallAlone();
        }
        PolicyCheck.Check(policy, api.Value, conversation.Model);
        var from = ChatProtocol.For(conversation.ApiKind, conversation.Model);
        var to = ChatProtocol.For(api.Value, conversation.Model);
        var told = new Moved();
        var moved = new TurnPath();
        foreach (var turn in path.From(0))
        {
            var input = Rewrite(turn.Items.Take(turn.InputCount), from, to, api.Value, turn.CreatedAt, told);
            var output = Rewrite(turn.Items.Skip(turn.InputCount), from, to, api.Value, turn.CreatedAt, told);
            moved = moved.Append(turn.With(moved.Count + 1, [.. input, .. output], input.Length, server: null));
        }
        var settings = conversation.Settings with
        {
            Name = null,
            Stateless = conversation.Stateless && api != QwenApi.Conversations,
            ContextPolicy = policy,
        };
        var branch = new QwenConversation(api.Value, conversation.Connection, settings)
        {
            Place = conversation.Store is { } store ? new StoreBinding(store) : null,
            Defaults = conversation.Defaults is { } defaults ? defaults with { Api = false } : null,
        };
        branch.MoveTo(moved, Rewrite(pending, from, to, api.Value, conversation.CreatedAt, told));
        if (api != QwenApi.Conversations)
            branch.ReplaceSummaries(conversation.AllSummaries.Moved(path, moved));
        if (told.Lost > 0)
            notices.Warn($"Omitted {Quantity.Of(told.Lost, "item")} that the {api} API has no format for, such as web searches by the model.");
        if (told.Thinking > 0)
            notices.Warn($"Omitted the thinking of {Quantity.Of(told.Thinking, "message")} because the Conversations API accepts only messages.");
        if (told.Calls > 0)
            notices.Warn($"Converted the tool calls and results in {Quantity.Of(told.Calls, "message")} to text because the Conversations API accepts only "
                + "messages.");
        LeadingSystemText.WarnOfLate(branch, branch.Items, notices);
        return branch;
    }

    /// <summary>Returns the <see cref="RemoteObject"/> of a conversation; null if there is no conversation object at the address of the connection.</summary>
    public static RemoteObject? AtService(QwenConversation conversation, QwenConnection? connection, NoticeQueue? notices)
    {
        if (conversation.Held is null)
            return null;
        var sync = RemoteObject.For(conversation, connection, notices ?? new NoticeQueue());
        return sync.Held is null ? null : sync;
    }

    /// <summary>Converts items to the format of a different API. A message in one API may be several items in another.</summary>
    private static QwenItem[] Rewrite(IEnumerable<QwenItem> items, IChatProtocol from, IChatProtocol to, QwenApi api, DateTimeOffset createdAt, Moved told)
    {
        var all = items.ToArray();
        told.Lost += all.Count(item => item.Type != "reasoning" && from.ReadMessage(item) is null);
        return TranscriptReader.Read(from, all).Select(message => api == QwenApi.Conversations ? ToMessage(message, told) : message).OfType<MessageDraft>()
            .SelectMany(message => to.WriteMessage(message, createdAt)).ToArray();
    }

    /// <summary>Converts a message to a plain message, the only kind that a conversation object accepts; null if no content remains.</summary>
    private static MessageDraft? ToMessage(MessageDraft message, Moved told)
    {
        if (!string.IsNullOrEmpty(message.Thinking))
            told.Thinking++;
        if (message.Role == "tool" || message.ToolCalls.Count > 0)
            told.Calls++;
        return ServiceForm.Of(message);
    }

    /// <summary>Counts the content that could not be copied unchanged.</summary>
    private sealed class Moved
    {
        public int Lost { get; set; }
        public int Thinking { get; set; }
        public int Calls { get; set; }
    }
}
