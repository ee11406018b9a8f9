using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Handles the history that the service keeps in a conversation object. The service itself adds the message and the reply of each turn, so a request is
/// sent again only if the object's items show that the request did not arrive (<see cref="LostResponse"/>). The service omits expired items without notice
/// (wire §3). <see cref="ExpiryRebuild"/> adds them again before the next turn.
/// </summary>
internal sealed class RemoteHistory(QwenConversation conversation, QwenConnection connection, Transport transport, bool noRebuild, TimeProvider time,
    NoticeQueue notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    private readonly RemoteObject _object = new(conversation, connection, transport, time, notices);

    private ExpiryRebuild Rebuild => new(Conversation, _object, RebuildNotices, Time);

    public override bool Repeatable => false;

    public override bool SendsPending => false;

    public override TurnPlan Preview(SelectedContext selection)
    {
        bool lost = Conversation.Held is not null && (_object.Held is null || _object.Held.ExpiresAt <= Time.GetUtcNow());
        int sent = lost || Conversation.Held is null ? Conversation.Path.Count : 0;
        return new TurnPlan(selection, new HistorySlice(Conversation.Path, Conversation.Path.Count), null, lost)
        {
            ConversationId = _object.Held?.Id,
            TurnsAddedAgain = sent,
        };
    }

    public override async ValueTask<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation)
    {
        if (_object.Held is null)
        {
            // A branch, or a conversation without turns, has no conversation object yet. An object at a different address is unknown to this service.
            bool lost = Conversation.Held is not null;
            return lost ? await Rebuild.MakeAgainAsync(before, "its conversation object is at another address", cancellation).ConfigureAwait(false)
                : await Rebuild.MakeAsync(before, lost: false, cancellation).ConfigureAwait(false);
        }
        try
        {
            return await Rebuild.UpdateAsync(before, _object.Held, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure) when (IsUnknown(before, failure))
        {
            return await Rebuild.MakeAgainAsync(before, Unknown(failure), cancellation).ConfigureAwait(false);
        }
    }

    /// <exception cref="QwenException">There is no message to send.</exception>
    public override async ValueTask<TurnPlan> SendingAsync(TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation)
    {
        if (input.Count == 0)
            throw new QwenException(QwenErrorKind.InvalidRequest, "The added items are already on the service, and a reply requires a new message. "
                + "Specify a message.");
        // Closes the write intent of an earlier attempt. The service rejected the content of that attempt and therefore added nothing.
        Settle(plan);
        await _object.Items.BeginAsync(input, isTurn: true, plan.Attempts.IntentId, cancellation).ConfigureAwait(false);
        if (_object.Held is not null)
            return plan;
        // Another process changed the stored conversation concurrently, so this conversation is now a branch without a conversation object.
        var other = await Rebuild.MakeAsync(plan, lost: false, cancellation).ConfigureAwait(false);
        await _object.Items.BeginAsync(input, isTurn: true, plan.Attempts.IntentId, cancellation).ConfigureAwait(false);
        return other;
    }

    public override async Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input,
        CancellationToken cancellation)
    {
        if (_object.Held is not null && Intent(plan) is { } intent && RetryPolicy.MayHaveBeenProcessed(failure))
            return await new LostResponse(_object, Connection, Time, Notices).RecoverAsync(failure, intent, plan, input, cancellation).ConfigureAwait(false);
        Settle(plan);
        return IsUnknown(plan, failure)
            ? new TurnRecovery(await Rebuild.MakeAgainAsync(plan, Unknown(failure), cancellation).ConfigureAwait(false), null) : null;
    }

    public override async Task GivenUpAsync(TurnPlan plan, CancellationToken cancellation)
    {
        if (Intent(plan) is { } intent)
            _object.Held!.Record(intent with { IsUnderWay = false });
        await ConversationSaving.TryRecordAsync(Conversation, Notices, cancellation).ConfigureAwait(false);
    }

    public override void Added(QwenTurn turn, TurnPlan plan, IReadOnlyList<QwenItem> input)
    {
        var held = _object.Held!;
        held.Changed();
        if (turn.State == QwenReplyState.Interrupted)
        {
            // The service may still complete the reply and keep the abandoned turn, so the conversation object must be read before the next turn.
            held.IsCertain = false;
            if (Intent(plan) is { } intent)
                held.Record(intent with { IsUnderWay = false });
            return;
        }
        Settle(plan);
        foreach (var item in input)
            held.Hold(item, null, turn.CreatedAt);
        foreach (var item in turn.Items.Skip(turn.InputCount))
            held.Hold(item, item.Status is null && item.Id?.StartsWith("item_", StringComparison.Ordinal) == true
                ? null : item.Id, turn.CreatedAt, isListed: false);
    }

    /// <summary>Adds the messages of a turn to the conversation object, if the turn's requests did not use the object.</summary>
    public async Task AddTurnAsync(QwenTurn turn, CancellationToken cancellation)
    {
        if (_object.Held is not { } held)
            return;
        // The conversation object's state is uncertain until all messages are added: after a failure or a stop, the next change repairs the object.
        held.IsCertain = false;
        await _object.AddMissingAsync(turn.Items.Where(item => held.Find(item) is null), cancellation).ConfigureAwait(false);
        held.IsCertain = true;
    }

    /// <summary>Returns the open write intent of a request; null if the intent is closed or was never recorded.</summary>
    private WriteIntent? Intent(TurnPlan plan) => _object.Held?.Intents.FirstOrDefault(intent => intent.Id == plan.Attempts.IntentId);

    private void Settle(TurnPlan plan)
    {
        if (Intent(plan) is { } intent)
            _object.Held!.Settle(intent.Id);
    }

    /// <summary>
    /// Returns whether the service no longer has the conversation object. One error is sufficient evidence, because new objects are available immediately.
    /// </summary>
    private bool IsUnknown(TurnPlan plan, QwenException failure) =>
        !plan.Attempts.MadeAgain && failure.Kind == QwenErrorKind.NotFound && _object.Held is not null;

    private static string Unknown(QwenException failure) => $"the service no longer has it ({failure.Message})";
}
