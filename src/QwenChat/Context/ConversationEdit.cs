using QwenChat.Protocols;

namespace QwenChat.Context;

/// <summary>Changes to a conversation whose history the caller holds: undo, remove, branch, move to another API. Turns are immutable; a change makes new ones from its place on.</summary>
internal static class ConversationEdit
{
    /// <summary>Takes back the last turns. The Responses API then continues from the earlier response; the others are sent fewer messages.</summary>
    public static async Task UndoAsync(QwenConversation conversation, int count, CancellationToken cancellation)
    {
        using var turn = await conversation.Lock.EnterAsync(null, cancellation).ConfigureAwait(false);
        var path = conversation.Path;
        if (count > path.Count)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest, path.Count == 0
                ? "The conversation has no turn to take back."
                : $"The conversation has {path.Count} turn(s); {count} cannot be taken back.");
        }
        conversation.MoveTo(path.Take(path.Count - count));
    }

    /// <summary>Adds messages that belong to the turn that follows.</summary>
    /// <returns>The items as they were added.</returns>
    public static async Task<IReadOnlyList<QwenItem>> AddAsync(QwenConversation conversation, IReadOnlyList<MessageDraft> messages, CancellationToken cancellation)
    {
        using var turn = await conversation.Lock.EnterAsync(null, cancellation).ConfigureAwait(false);
        var protocol = ChatProtocol.For(conversation.Api, conversation.Model);
        var now = DateTimeOffset.UtcNow;
        var items = messages.SelectMany(message => protocol.WriteMessage(message, now)).ToArray();
        conversation.AddPending(items);
        return items;
    }

    /// <summary>Leaves an item out from now on. State the service has from there on holds the item and is not continued any more.</summary>
    public static async Task RemoveAsync(QwenConversation conversation, string itemId, CancellationToken cancellation)
    {
        using var turnLock = await conversation.Lock.EnterAsync(null, cancellation).ConfigureAwait(false);
        if (conversation.Pending.FirstOrDefault(item => item.Id == itemId) is { } waiting)
        {
            conversation.MoveTo(conversation.Path, conversation.Pending.Where(item => item != waiting).ToArray());
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
            throw new QwenException(QwenErrorKind.NotFound, $"The conversation has no item '{itemId}'. Get-QwenConversationItem lists them.");
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
    }

    /// <summary>A branch that begins as this conversation, whole or its first turns, and goes on by itself; perhaps over another API.</summary>
    public static QwenConversation Copy(QwenConversation conversation, TurnPath path, bool withPending, QwenApi? api, Notices notices)
    {
        var pending = withPending ? conversation.Pending : [];
        if (api is null || api == conversation.Api)
            return conversation.Branch(path, pending);
        var from = ChatProtocol.For(conversation.Api, conversation.Model);
        var to = ChatProtocol.For(api.Value, conversation.Model);
        int lost = 0;
        var moved = new TurnPath();
        foreach (var turn in path.From(0))
        {
            var input = Rewrite(turn.Items.Take(turn.InputCount), from, to, turn.CreatedAt, ref lost);
            var output = Rewrite(turn.Items.Skip(turn.InputCount), from, to, turn.CreatedAt, ref lost);
            moved = moved.Append(turn.With(moved.Count + 1, [.. input, .. output], input.Length, server: null));
        }
        var branch = new QwenConversation(api.Value, conversation.Connection, conversation.Options) { Metadata = conversation.Metadata };
        branch.MoveTo(moved, Rewrite(pending, from, to, conversation.CreatedAt, ref lost));
        if (lost > 0)
            notices.Warn($"{lost} item(s), such as the model's own web searches, were left out: the {api} API has no form for them.");
        return branch;
    }

    /// <summary>Says the same in another API's form; what is a message to one API may be several items to another.</summary>
    private static QwenItem[] Rewrite(IEnumerable<QwenItem> items, IChatProtocol from, IChatProtocol to, DateTimeOffset createdAt, ref int lost)
    {
        var all = items.ToArray();
        lost += all.Count(item => item.Type != "reasoning" && from.ReadMessage(item) is null);
        return TranscriptReader.Read(from, all).SelectMany(message => to.WriteMessage(message, createdAt)).ToArray();
    }
}
