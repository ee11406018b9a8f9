using System.Runtime.CompilerServices;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Saving;
using QwenChat.Turn.Recovery;

namespace QwenChat.Turn;

/// <summary>
/// Runs one turn from beginning to end, and adds it to the conversation completely or not at all. A streamed turn that the caller stops is kept as interrupted.
/// Each step returns a value (<see cref="TurnState"/>) for the next step.
/// </summary>
internal sealed class TurnRun(TurnScope scope)
{
    private readonly TurnPreparation _preparation = new((conversation, request, notices, cancellation) =>
        new TurnRun(new TurnScope(conversation, request, scope.Transports, scope.Time, notices)).RunAsync(cancellation));

    public TurnRun(QwenConversation conversation, TurnRequest request, Func<QwenConnection, Transport> transports, TimeProvider time, NoticeQueue notices)
        : this(new TurnScope(conversation, request, transports, time, notices))
    {
    }

    /// <summary>Runs the turn. Returns the reply chunk by chunk if the caller requested a stream, and finally the complete reply.</summary>
    public async IAsyncEnumerable<QwenReplyDelta> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var claim = await scope.Conversation.Claims.ForTurnAsync(cancellation).ConfigureAwait(false);
        await foreach (var piece in claim.PassOnAsync(AnswerAsync(cancellation), cancellation).ConfigureAwait(false))
            yield return piece;
    }

    public async Task<QwenRequestPlan> PlanAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var planned = _preparation.Prepare(scope);
        var prepared = planned.Prepared;
        var selection = prepared.Context.PreviewRecall(planned.Plan.Selection, prepared.Said);
        planned = planned with { Plan = planned.Plan with { Selection = selection } };
        // Temporary-store URLs stay unchanged, because a preview must not upload anything.
        var kept = await TurnSending.KeepFilesAsync(planned).ConfigureAwait(false);
        var (request, head, _) = RequestWriter.Write(kept);
        var shown = RequestWriter.Masked(kept);
        var forecast = prepared.Bill.Forecast(planned.EstimateInput());
        if (DroppedMiddle.Warning(scope.Api, prepared.Facts, forecast.InputTokens) is { } warning)
            scope.Notices.Warn(warning);
        if (planned.Plan.Selection.ToSummarize == 0 && prepared.Context.TierWarning(() => forecast.InputTokens) is { } dearer)
            scope.Notices.Warn(dearer);
        return new QwenRequestPlan
        {
            Address = request.Uri,
            Body = BodyText.Of((shown == kept ? request : RequestWriter.Write(shown).Request).Body!.ToArray()),
            BodyBytes = request.Body!.Length,
            EstimatedInputTokens = forecast.InputTokens,
            EstimatedCost = forecast.Charge?.Amount,
            Currency = forecast.Charge?.Currency,
            Context = planned.Describe(head) with
            {
                EstimatedTokens = forecast.InputTokens,
                CacheableTokens = CacheMarkers.Expected(planned.Plan, planned.BreaksPrefix(head)),
            },
        };
    }

    /// <summary>Writes a request that is sent later, with the content that the policy selects.</summary>
    public async Task<(PlannedTurn Planned, ServiceRequest Request)> DraftAsync(CancellationToken cancellation)
    {
        var selected = await TurnPlanning.SelectAsync(_preparation.Prepare(scope), cancellation).ConfigureAwait(false);
        selected = await TurnSending.KeepFilesAsync(selected).ConfigureAwait(false);
        return (selected, RequestWriter.Write(selected).Request);
    }

    /// <summary>Runs the turn while its claim is held. The turn is saved before the reply is returned.</summary>
    private async IAsyncEnumerable<QwenReplyDelta> AnswerAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await ConversationSaving.RefreshAsync(scope.Conversation, scope.Notices, cancellation).ConfigureAwait(false);
        var selected = await TurnPlanning.SelectAsync(_preparation.Prepare(scope), cancellation).ConfigureAwait(false);
        TurnState state = selected;
        QwenReply? reply = null;
        try
        {
            // Planning may change state on the service and add items found there to the transcript, so GiveUpAsync must run if the turn fails from here on.
            state = await TurnPlanning.PlanAsync(selected, cancellation).ConfigureAwait(false);
            while (reply is null)
            {
                if (state is PlannedTurn planned)
                {
                    try
                    {
                        state = planned = await TurnSending.BeginAsync(planned, cancellation).ConfigureAwait(false);
                        state = await TurnSending.SendAsync(planned, cancellation).ConfigureAwait(false);
                    }
                    catch (QwenException failure)
                    {
                        if (await TurnRecoveries.TryAsync(failure, state.LastRequest, cancellation).ConfigureAwait(false) is { } next)
                            state = next;
                        else if (state.LastRequest.Rounds.Count == 0)
                            throw;
                        else
                            throw ToolRounds.WithRounds(failure, state.LastRequest);
                    }
                }
                else if (state is SentTurn sent)
                {
                    await foreach (var piece in sent.Reading.ReadAsync(sent, cancellation).ConfigureAwait(false))
                    {
                        sent.Planned.Prepared.Bill.Lend();
                        yield return piece;
                    }
                    state = new AnsweredTurn(sent);
                }
                else if (state is AnsweredTurn answered)
                {
                    if (ToolRounds.Next(answered) is { } run)
                    {
                        answered.LastRequest.Prepared.Bill.Lend();
                        yield return new QwenReplyDelta(QwenReplyDeltaKind.ToolCall, "") { Run = run };
                        if (run.Answered is { } calls)
                        {
                            state = ToolRounds.GoOn(answered, calls);
                            continue;
                        }
                    }
                    var draft = AnswerRound.Read(answered);
                    if (draft is not null)
                    {
                        answered.LastRequest.Prepared.Bill.Lend();
                        yield return new QwenReplyDelta(QwenReplyDeltaKind.Text, "") { Draft = draft };
                    }
                    if (draft?.Finding is null)
                        reply = ReplyMaker.Finish(answered, draft);
                    else
                        state = AnswerRound.AskAgain(answered, draft);
                }
            }
            await selected.Prepared.History.CompleteAsync(reply.Turn, cancellation).ConfigureAwait(false);
            if (await ConversationSaving.TrySaveAsync(scope.Conversation, scope.Notices, cancellation).ConfigureAwait(false))
                selected.Prepared.Recall.EmbedLater(reply.Turn);
            yield return new QwenReplyDelta(QwenReplyDeltaKind.Done, "", reply);
        }
        finally
        {
            if (reply is null)
                await GiveUpAsync(state, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a failed or stopped turn. A stopped turn is kept with the text that was received.</summary>
    private async Task GiveUpAsync(TurnState state, CancellationToken cancellation)
    {
        var (prepared, plan) = (state.LastRequest.Prepared, state.LastRequest.Plan);
        bool keeps = state is SentTurn { Reading.IsBroken: false } sent && ReplyMaker.KeepInterrupted(sent);
        if (!keeps)
            prepared.Bill.CountRounds(state.LastRequest.Answered);
        prepared.Bill.Release();
        if (keeps)
            await ConversationSaving.TrySaveAsync(scope.Conversation, scope.Notices, cancellation).ConfigureAwait(false);
        else
            await prepared.History.GivenUpAsync(plan, cancellation).ConfigureAwait(false);
    }
}
