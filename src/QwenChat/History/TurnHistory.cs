using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Streaming;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Handles the history of a turn: before the turn is sent, when sending has failed, and when the turn has been added. Subclasses keep the history in
/// different places.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="connection">The connection of the turn.</param>
/// <param name="noRebuild">Whether to report an error instead of rebuilding deleted state.</param>
/// <param name="time">The service's clock.</param>
/// <param name="notices">The queue for notices to the user.</param>
internal abstract class TurnHistory(QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time, NoticeQueue notices)
{
    private protected QwenConversation Conversation => conversation;

    private protected QwenConnection Connection => connection;

    private protected TimeProvider Time => time;

    private protected RebuildNotices RebuildNotices { get; } = new(conversation, noRebuild, time, notices);

    /// <summary>Whether a request that may have arrived can be retried without checking its outcome.</summary>
    public virtual bool Repeatable => true;

    /// <summary>Whether requests contain the items that were added since the last reply. If not, the service already has these items.</summary>
    public virtual bool SendsPending => true;

    /// <summary>Creates the history handler for one turn. If <paramref name="hasTools"/> is true, the turn may need several requests.</summary>
    public static TurnHistory For(QwenConversation conversation, QwenConnection connection, Transport transport, bool noRebuild, bool hasTools,
        TimeProvider time, NoticeQueue notices)
    {
        if (conversation.ApiKind != QwenApi.Conversations)
            return new ChainHistory(conversation, connection, noRebuild, time, notices);
        var remote = new RemoteHistory(conversation, connection, transport, noRebuild, time, notices);
        return hasTools ? new DetachedHistory(remote, conversation, connection, noRebuild, time, notices) : remote;
    }

    /// <summary>Plans the turn without contacting the service.</summary>
    /// <param name="selection">The turns selected by the context policy.</param>
    public abstract TurnPlan Preview(SelectedContext selection);

    /// <summary>Plans the turn and prepares the service for it.</summary>
    /// <param name="before">The plan so far.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public abstract ValueTask<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation);

    /// <summary>Called before the turn is sent.</summary>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="input">The turn's input, in the format that the request contains.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <returns>The plan to use for sending.</returns>
    public virtual ValueTask<TurnPlan> SendingAsync(TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation) => ValueTask.FromResult(plan);

    /// <summary>Called when the turn has been abandoned and is not in the transcript.</summary>
    /// <param name="plan">The plan of the turn's last request.</param>
    /// <param name="cancellation">Cancels waiting for the store.</param>
    public virtual Task GivenUpAsync(TurnPlan plan, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Decides how to recover when sending failed before any reply text arrived.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="input">The turn's input, in the format that the request contained.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <returns>The recovery; null if no recovery is possible.</returns>
    public abstract Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation);

    /// <summary>Called when a response has begun. Returns an error if the service did not continue the state that the request refers to.</summary>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="previousId">The response that the new response continues, see <see cref="ChatDelta.PreviousId"/>.</param>
    public virtual QwenException? FindIgnored(TurnPlan plan, string? previousId) => null;

    /// <summary>Called when a response is complete.</summary>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="previousId">The response that the new response continues.</param>
    public virtual void Answered(TurnPlan plan, string? previousId)
    {
    }

    /// <summary>Called when the turn has been added to the transcript.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="plan">The plan of its request.</param>
    /// <param name="input">The turn's input, in the format that the request contained.</param>
    public virtual void Added(QwenTurn turn, TurnPlan plan, IReadOnlyList<QwenItem> input)
    {
    }

    /// <summary>Called after <see cref="Added"/>. Adds the turn to the conversation object on the service if the requests have not added it.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="cancellation">Cancels waiting; the service then receives the turn together with the next turn.</param>
    public virtual Task CompleteAsync(QwenTurn turn, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Returns the state on the service after a response; null if no later request can continue the response by its id.</summary>
    public virtual ServerState? StateAfter(TurnPlan plan, string? responseId, DateTimeOffset createdAt) => null;

    private protected NoticeQueue Notices => notices;
}

/// <summary>The recovery of a turn whose sending failed: a retry, or a reply that was found.</summary>
/// <param name="Plan">The plan for sending.</param>
/// <param name="Answer">The reply's items; null for a retry.</param>
internal sealed record TurnRecovery(TurnPlan Plan, IReadOnlyList<QwenItem>? Answer);
