using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// The history where the service keeps it as a conversation object. The service adds both sides of a turn itself, so a turn is sent
/// again only when the object's items show that it did not arrive. What grows old drops out of the context without a word (qwen-api §3):
/// <see cref="RemoteRebuild"/> puts it back before that.
/// </summary>
internal sealed class RemoteHistory(QwenConversation conversation, QwenConnection connection, Transport transport, bool noRebuild, TimeProvider time,
    NoticeQueue notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    private readonly RemoteObject _object = new(conversation, connection, transport, time, notices);

    private RemoteRebuild Rebuild => new(Conversation, _object, Expiry, Time);

    /// <inheritdoc/>
    public override bool Repeatable => false;

    /// <inheritdoc/>
    public override bool SendsPending => false;

    /// <inheritdoc/>
    public override TurnPlan Preview(ContextSelection selection)
    {
        bool lost = Conversation.Held is not null && (_object.Held is null || _object.Held.ExpiresAt <= Time.GetUtcNow());
        int sent = lost || Conversation.Held is null ? Conversation.Path.Count : 0;
        return new TurnPlan(selection, new HistorySlice(Conversation.Path, Conversation.Path.Count), null, lost)
        {
            ConversationId = _object.Held?.Id,
            TurnsAddedAgain = sent,
        };
    }

    /// <inheritdoc/>
    public override async Task<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation)
    {
        if (_object.Held is null)
        {
            // A branch, or a conversation that was never sent on, has none yet; one that is kept elsewhere is unknown here.
            bool lost = Conversation.Held is not null;
            return lost ? await Rebuild.MakeAgainAsync(before, "it is kept at another address", cancellation).ConfigureAwait(false)
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

    /// <inheritdoc/>
    /// <exception cref="QwenException">There is nothing to send.</exception>
    public override async Task<TurnPlan> SendingAsync(TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation)
    {
        if (input.Count == 0)
            throw new QwenException(QwenErrorKind.InvalidRequest, "The service has what was added already, and answers a message: give one.");
        // The attempt before was refused for what it asked for.
        Settle(plan);
        await _object.Items.BeginAsync(input, isTurn: true, plan.Delivery.IntentId, cancellation).ConfigureAwait(false);
        if (_object.Held is not null)
            return plan;
        // Another began to change the stored conversation at the same moment, so this one is a branch now and has no object yet.
        var other = await Rebuild.MakeAsync(plan, lost: false, cancellation).ConfigureAwait(false);
        await _object.Items.BeginAsync(input, isTurn: true, plan.Delivery.IntentId, cancellation).ConfigureAwait(false);
        return other;
    }

    /// <inheritdoc/>
    public override async Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input,
        CancellationToken cancellation)
    {
        if (_object.Held is not { } held || Intent(plan) is not { } intent || !UncertainDelivery.IsPossible(failure))
        {
            Settle(plan);
            return IsUnknown(plan, failure)
                ? new TurnRecovery(await Rebuild.MakeAgainAsync(plan, Unknown(failure), cancellation).ConfigureAwait(false), null) : null;
        }
        held.Record(intent = intent with { IsRefused = UncertainDelivery.IsRefusal(failure) });
        bool again = await UncertainDelivery.WaitAsync(failure, plan.Delivery.Retries, Connection, Time, cancellation).ConfigureAwait(false);
        var (listing, found) = await _object.Look.LookForAsync(intent, cancellation).ConfigureAwait(false);
        var arrived = Array.ConvertAll(found, place => listing.Live[place]);
        if (arrived.Length > input.Count)
        {
            var now = Time.GetUtcNow();
            for (int i = 0; i < input.Count; i++)
                held.Hold(input[i], arrived[i].Id, now);
            Notices.Warn(
                $"The answer was lost on its way ({failure.Message}) The service has it, so it was read from the conversation; its token counts are not "
                    + "known.");
            return new TurnRecovery(plan, arrived[input.Count..]);
        }
        if (arrived.Length > 0 && !held.IsAttached)
        {
            await _object.Look.DeleteInOrderAsync(held, arrived, cancellation).ConfigureAwait(false);
            Settle(plan);
        }
        else if (arrived.Length > 0 || !intent.MayArrive(Time.GetUtcNow()))
        {
            // Others' items are taken in with the next look.
            held.IsCertain = arrived.Length == 0;
            Settle(plan);
        }
        else
        {
            held.Record(intent with { IsUnderWay = false, WasMissed = true });
        }
        return again ? new TurnRecovery(plan with { Delivery = plan.Delivery.Repeated() }, null) : null;
    }

    /// <inheritdoc/>
    public override async Task GivenUpAsync(TurnPlan plan, CancellationToken cancellation)
    {
        if (Intent(plan) is { } intent)
            _object.Held!.Record(intent with { IsUnderWay = false });
        await StoredConversations.TryRecordAsync(Conversation, Notices, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Added(QwenTurn turn, TurnPlan plan, IReadOnlyList<QwenItem> input)
    {
        var held = _object.Held!;
        held.Changed();
        if (turn.State == QwenReplyState.Interrupted)
        {
            // The service may still go on with the answer, and keep the turn then.
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

    /// <summary>Adds the messages of a turn that is in the transcript already, and that no request has added.</summary>
    public async Task AddTurnAsync(QwenTurn turn, CancellationToken cancellation)
    {
        if (_object.Held is not { } held)
            return;
        // Not certain until all of it is there: a failure or a stop is made up for before the next change.
        held.IsCertain = false;
        await _object.AddMissingAsync(turn.Items.Where(item => held.Find(item) is null), cancellation).ConfigureAwait(false);
        held.IsCertain = true;
    }

    /// <summary>The open intent of a request; null when it is settled, or was never recorded.</summary>
    private WriteIntent? Intent(TurnPlan plan) => _object.Held?.Intents.FirstOrDefault(intent => intent.Id == plan.Delivery.IntentId);

    private void Settle(TurnPlan plan)
    {
        if (Intent(plan) is { } intent)
            _object.Held!.Settle(intent.Id);
    }

    /// <summary>True when the service says that it does not know the object. Once is enough: what was just made is known.</summary>
    private bool IsUnknown(TurnPlan plan, QwenException failure) =>
        !plan.Delivery.MadeAgain && failure.Kind == QwenErrorKind.NotFound && _object.Held is not null;

    private static string Unknown(QwenException failure) => $"the service does not know it any more ({failure.Message})";
}
