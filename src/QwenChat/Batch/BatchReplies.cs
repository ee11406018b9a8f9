using System.Security.Cryptography;
using System.Text;
using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Saving;
using QwenChat.Store;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Batch;

/// <summary>
/// Creates replies from results, and adds them to their conversations or to branches. The turn id is derived from the batch and the request, so no result
/// is added twice.
/// </summary>
/// <param name="record">The batch.</param>
/// <param name="connection">The connection for conversations that this process does not know.</param>
/// <param name="finder">Finds conversations and stores.</param>
/// <param name="notices">Receives warnings and verbose messages for the user.</param>
internal sealed class BatchReplies(BatchRecord record, QwenConnection connection, ResultConversations finder, NoticeQueue notices)
{
    /// <summary>Creates the reply for a result.</summary>
    /// <exception cref="QwenException">The answer does not match its schema, or a store cannot be read.</exception>
    public async Task<QwenReply> MakeAsync(BatchOutcome outcome, Action<AnswerDraft, AnswerSchema> makeValue, CancellationToken cancellation)
    {
        var (entry, answer) = (outcome.Entry, outcome.Result!.Answer!);
        var draft = ReadValue(entry, answer, makeValue);
        var turnId = IdOf("turn", entry.Id!);
        var conversation = await FindAsync(entry, turnId, cancellation).ConfigureAwait(false);
        var (path, turn) = Known(conversation, turnId) ?? await AddAsync(conversation, Make(conversation, entry, answer, turnId), entry, cancellation)
            .ConfigureAwait(false);
        AnswerWarnings.Warn(turn, answer, notices);
        var charge = record.IsRehearsal ? new Charge(0, record.Currency ?? "", null) : Pricing.Of(turn, conversation.Connection);
        return new QwenReply(conversation, path, turn)
        {
            Cost = charge?.Amount,
            Currency = string.IsNullOrEmpty(charge?.Currency) ? null : charge.Value.Currency,
            ToolCalls = answer.ToolCalls,
            Value = draft?.Value,
            HasValue = draft is not null,
            SearchResults = answer.SearchResults,
            FinishReason = answer.FinishReason,
            RequestId = outcome.Result.RequestId,
            Context = new QwenContext { TurnsVerbatim = path.Count - 1, TurnsSent = path.Count - 1 },
        };
    }

    private static AnswerDraft? ReadValue(BatchEntry entry, Streaming.ReplyBuilder answer, Action<AnswerDraft, AnswerSchema> makeValue)
    {
        if (entry.Answer is not { } asked || answer.ToolCalls.Count > 0)
            return null;
        var schema = asked.Schema();
        var value = answer.State != QwenReplyState.Completed ? null : AnswerText.Read(answer.Text, schema, out string? finding) is { } read
            ? new AnswerDraft(schema.ValueOf(read), null) : new AnswerDraft(null, finding);
        value ??= new AnswerDraft(null, "The answer " + AnswerRound.Truncation(answer.FinishReason)) { IsCut = true };
        makeValue(value, schema);
        return value.Finding is null ? value
            : throw new QwenException(QwenErrorKind.SchemaMismatch, value.IsCut ? value.Finding : $"The answer does not match the schema: {value.Finding}");
    }

    private static QwenTurn Make(QwenConversation conversation, BatchEntry entry, Streaming.ReplyBuilder answer, Guid id)
    {
        var asked = entry.Turn;
        var created = answer.CreatedAt ?? asked.CreatedAt;
        var chat = ChatProtocol.For(QwenApi.ChatCompletions, asked.Model!);
        IReadOnlyList<QwenItem> said = asked.Items, answered = chat.WriteAnswer(answer, created);
        if (conversation.ApiKind != QwenApi.ChatCompletions)
        {
            var own = ChatProtocol.For(conversation.ApiKind, conversation.Model);
            (said, answered) = (Rewrite(said), Rewrite(answered));

            IReadOnlyList<QwenItem> Rewrite(IReadOnlyList<QwenItem> items) =>
                [.. TranscriptReader.Read(chat, items).SelectMany(message => own.WriteMessage(message, created))];
        }
        return new QwenTurn(conversation.TurnCount + 1, [.. said, .. answered], said.Count)
        {
            Id = id,
            Usage = answer.Usage,
            Terms = asked.Terms,
            Sent = asked.Sent,
            State = answer.State,
            Model = answer.Model ?? asked.Model,
            ResponseId = conversation.ApiKind == QwenApi.ChatCompletions ? answer.ResponseId : null,
            CreatedAt = created,
        };
    }

    /// <summary>
    /// Returns the conversation that contains the turn or will contain it. If the original conversation has changed, or the batch is a rehearsal, returns a
    /// branch.
    /// </summary>
    private async Task<QwenConversation> FindAsync(BatchEntry entry, Guid turnId, CancellationToken cancellation)
    {
        string branchId = "local_" + IdOf("branch", entry.Id!).ToString("N");
        var own = await finder.FindAsync(entry.Conversation.Head.Id, entry.Store, cancellation).ConfigureAwait(false);
        if (own is not null && (Known(own, turnId) is not null || (!record.IsRehearsal && Continues(own, entry))))
            return own;
        if (own is null && !record.IsRehearsal)
            return await RestoreAsync(entry, entry.Conversation.Head.Id, cancellation).ConfigureAwait(false);
        if (await finder.FindAsync(branchId, entry.Store, cancellation).ConfigureAwait(false) is { } before && Known(before, turnId) is not null)
            return before;
        int turns = entry.Conversation.Turns.Count;
        if (own is null || own.TurnCount < turns || (turns > 0 && own.Path[turns - 1].Id != entry.Tip))
            return await RestoreAsync(entry, branchId, cancellation).ConfigureAwait(false);
        var branch = own.Branch(own.Path.Take(turns));
        branch.Id = branchId;
        if (record.IsRehearsal)
            branch.Place = null;
        else
            notices.Verbose($"The conversation {own} has changed since the request '{entry.Id}' was created, so the reply was added to a branch.");
        return branch;
    }

    private async Task<QwenConversation> RestoreAsync(BatchEntry entry, string id, CancellationToken cancellation)
    {
        var content = entry.Conversation;
        var restored = (content with { Head = content.Head with { Id = id }, State = content.State with { Pending = [] } }).Restore(connection);
        if (entry.Store is { } location && !record.IsRehearsal && await finder.FindStoreAsync(location, cancellation).ConfigureAwait(false) is { } store)
            restored.Place = new StoreBinding(store);
        finder.Keep(restored);
        return restored;
    }

    private static (TurnPath Path, QwenTurn Turn)? Known(QwenConversation conversation, Guid id)
    {
        var path = conversation.Path;
        for (int i = path.Count - 1; i >= 0; i--)
        {
            if (path[i].Id == id)
                return (path.Take(i + 1), path[i]);
        }
        return null;
    }

    /// <summary>Returns whether a conversation is unchanged since the request was created, apart from new pending items.</summary>
    private static bool Continues(QwenConversation conversation, BatchEntry entry)
    {
        var pending = conversation.Pending;
        return conversation.Path.Last?.Id == entry.Tip && pending.Count >= entry.Waiting && conversation.ApiKind == entry.Conversation.Head.Api
            && entry.Conversation.State.Pending.Zip(pending).All(pair => pair.First.Json.Span.SequenceEqual(pair.Second.Json.Span));
    }

    private async Task<(TurnPath Path, QwenTurn Turn)> AddAsync(QwenConversation conversation, QwenTurn turn, BatchEntry entry, CancellationToken cancellation)
    {
        using var claim = await conversation.Claims.ForChangeAsync(cancellation).ConfigureAwait(false);
        var path = conversation.Append(turn, Math.Min(entry.Waiting, conversation.Pending.Count));
        conversation.PrefixBroken = false;
        finder.Keep(conversation);
        await ConversationSaving.TrySaveAsync(conversation, notices, cancellation).ConfigureAwait(false);
        return (path, turn);
    }

    private Guid IdOf(string what, string request) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{what}\n{record.Id}\n{request}")).AsSpan(0, 16));
}
