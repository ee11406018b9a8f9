using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Handles the history of a turn with tools when the service keeps a conversation object. The object can contain only messages, but a request that uses
/// the object appends its whole input, including tool results (wire §14.5). The requests of the turn therefore contain the transcript. The message and
/// the reply are added to the object when the turn is complete.
/// </summary>
internal sealed class DetachedHistory(RemoteHistory remote, QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time,
    NoticeQueue notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    public override TurnPlan Preview(SelectedContext selection) => Detach(remote.Preview(selection));

    public override async ValueTask<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation) =>
        Detach(await remote.PlanAsync(before, cancellation).ConfigureAwait(false));

    public override Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation) =>
        Task.FromResult<TurnRecovery?>(null);

    public override Task GivenUpAsync(TurnPlan plan, CancellationToken cancellation) => remote.GivenUpAsync(plan, cancellation);

    public override async Task CompleteAsync(QwenTurn turn, CancellationToken cancellation)
    {
        try
        {
            await remote.AddTurnAsync(turn, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure)
        {
            Notices.Warn(
                $"Adding the turn to the conversation object on the service failed: {failure.Message} The turn is in the transcript, and will be added to the "
                    + "object before the next message.");
        }
    }

    private TurnPlan Detach(TurnPlan plan) =>
        plan with { Sent = new HistorySlice(Conversation.Path, 0), ConversationId = null, IsDetached = true, TurnsAddedAgain = 0 };
}
