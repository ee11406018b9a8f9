using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// The history of a turn with tools when the service keeps a conversation object. The object accepts only messages, and a request to it adds the
/// request's input and output (wire §14.5). Therefore the requests contain the transcript and do not use the object; the message and the reply
/// are added when the turn is complete. Calls and results are in the transcript only.
/// </summary>
/// <param name="remote">The history in the object.</param>
/// <param name="conversation">The conversation.</param>
/// <param name="connection">The connection of the turn.</param>
/// <param name="noRebuild">Whether deleted state is an error instead of being rebuilt.</param>
/// <param name="time">The service's clock.</param>
/// <param name="notices">The queue for messages to the user.</param>
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
                "The turn is in the conversation, but not yet in its object on the service. The turn will be added there before the next message. "
                    + failure.Message);
        }
    }

    private TurnPlan Detach(TurnPlan plan) =>
        plan with { Sent = new HistorySlice(Conversation.Path, 0), ConversationId = null, IsDetached = true, TurnsAddedAgain = 0 };
}
