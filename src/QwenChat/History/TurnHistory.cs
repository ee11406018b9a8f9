using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Streaming;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>What a turn does about the history, by who keeps it: before it is sent, when sending failed, and when it was added.</summary>
/// <param name="conversation">The conversation.</param>
/// <param name="connection">Where the turn is sent.</param>
/// <param name="noRebuild">Whether forgotten state is an error instead of being rebuilt.</param>
/// <param name="time">The service's clock.</param>
/// <param name="notices">What the user is to know.</param>
internal abstract class TurnHistory(QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time, NoticeQueue notices)
{
    private protected QwenConversation Conversation => conversation;

    private protected QwenConnection Connection => connection;

    private protected TimeProvider Time => time;

    private protected StateExpiry Expiry { get; } = new(conversation, noRebuild, time, notices);

    /// <summary>Whether a request that may have arrived can be sent again without a look at what became of it.</summary>
    public virtual bool Repeatable => true;

    /// <summary>Whether the items that were added since the last answer go into the request; else the service has them.</summary>
    public virtual bool SendsPending => true;

    /// <summary>The history of a conversation, for one turn.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="connection">Where the turn is sent.</param>
    /// <param name="transport">The transport of that connection.</param>
    /// <param name="noRebuild">Whether forgotten state is an error instead of being rebuilt.</param>
    /// <param name="hasTools">Whether the model may call tools, so that the turn may need several requests.</param>
    /// <param name="time">The service's clock.</param>
    /// <param name="notices">What the user is to know.</param>
    public static TurnHistory For(QwenConversation conversation, QwenConnection connection, Transport transport, bool noRebuild, bool hasTools,
        TimeProvider time, NoticeQueue notices)
    {
        if (conversation.ApiKind != QwenApi.Conversations)
            return new ChainHistory(conversation, connection, noRebuild, time, notices);
        var remote = new RemoteHistory(conversation, connection, transport, noRebuild, time, notices);
        return hasTools ? new DetachedHistory(remote, conversation, connection, noRebuild, time, notices) : remote;
    }

    /// <summary>What the turn would send. Nothing is asked of the service, and nothing changed there.</summary>
    /// <param name="selection">What the policy selected.</param>
    public abstract TurnPlan Preview(ContextSelection selection);

    /// <summary>Plans the turn, and brings the service to where it can be sent.</summary>
    /// <param name="before">The plan so far.</param>
    /// <param name="cancellation">Ends the work.</param>
    public abstract Task<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation);

    /// <summary>The turn is about to be sent.</summary>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="input">The turn's user side, as it goes into the request.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The plan to send it by.</returns>
    public virtual Task<TurnPlan> SendingAsync(TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation) => Task.FromResult(plan);

    /// <summary>The turn was given up, and is not in the transcript.</summary>
    /// <param name="plan">The plan of its last request.</param>
    /// <param name="cancellation">Ends the wait for the store.</param>
    public virtual Task GivenUpAsync(TurnPlan plan, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Decides what to do when sending failed before anything was said.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="input">The turn's user side, as it went into the request.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>Null when nothing can be done about it.</returns>
    public abstract Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input, CancellationToken cancellation);

    /// <summary>An answer has begun. Says when it is not an answer to what was sent: the service did not continue the state that the request names.</summary>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="previousId">What the answer says it continues, see <see cref="ChatDelta.PreviousId"/>.</param>
    public virtual QwenException? FindIgnored(TurnPlan plan, string? previousId) => null;

    /// <summary>An answer is whole.</summary>
    /// <param name="plan">The plan of the request.</param>
    /// <param name="previousId">What the answer says it continues.</param>
    public virtual void Answered(TurnPlan plan, string? previousId)
    {
    }

    /// <summary>The turn was added to the transcript.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="plan">The plan of its request.</param>
    /// <param name="input">Its user side, as it went into the request.</param>
    public virtual void Added(QwenTurn turn, TurnPlan plan, IReadOnlyList<QwenItem> input)
    {
    }

    /// <summary>The turn is in the transcript: brings it to the service where the requests have not.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="cancellation">Ends the wait; the service gets the turn with the next one then.</param>
    public virtual Task CompleteAsync(QwenTurn turn, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The state at the service that an answer leaves; null where it leaves none to continue by an id.</summary>
    public virtual ServerState? StateAfter(TurnPlan plan, string? responseId, DateTimeOffset createdAt) => null;

    private protected NoticeQueue Notices => notices;
}

/// <summary>What is to be done about a turn whose sending failed: send it again, or take the answer that was found.</summary>
/// <param name="Plan">The plan to send it by.</param>
/// <param name="Answer">The answer's items; null when the turn is to be sent again.</param>
internal sealed record TurnRecovery(TurnPlan Plan, IReadOnlyList<QwenItem>? Answer);
