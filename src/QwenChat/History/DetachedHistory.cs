using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// The history of a turn with tools when the service keeps a conversation object. The object accepts only messages, but a request that uses the object
/// adds the request's whole input and output, including calls and results (wire §14.5). Therefore, the requests contain the transcript and do not use
/// the object. The message and the reply are added to the object when the turn is complete. Calls and results are kept only in the transcript.
/// </summary>
internal sealed class DetachedHistory(RemoteHistory remote, QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time,
    NoticeQueue notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    /// <inheritdoc/>
    public override TurnPlan Preview(SelectedContext selection) => Detach(remote.Preview(selection));

    /// <inheritdoc/>
    public override async ValueTask<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation) =>
        Detach(await remote.PlanAsync(before, cancellation).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation) =>
        Task.FromResult<TurnRecovery?>(null);

    /// <inheritdoc/>
    public override Task GivenUpAsync(TurnPlan plan, CancellationToken cancellation) => remote.GivenUpAsync(plan, cancellation);

    /// <inheritdoc/>
    public override async Task CompleteAsync(QwenTurn turn, CancellationToken cancellation)
    {
        try
        {
            await remote.AddTurnAsync(turn, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure)
        {
            Notices.Warn(
                "The turn is in the conversation, but not yet in the conversation object on the service. It will be added there before the next message. "
                    + failure.Message);
        }
    }

    private TurnPlan Detach(TurnPlan plan) =>
        plan with { Sent = new HistorySlice(Conversation.Path, 0), ConversationId = null, IsDetached = true, TurnsAddedAgain = 0 };
}
