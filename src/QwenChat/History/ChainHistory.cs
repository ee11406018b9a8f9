using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// The history where it goes with the request: the caller's own messages (Chat Completions, DashScope), or the service's chain of
/// responses, continued by an id (Responses).
/// </summary>
internal sealed class ChainHistory(QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time, NoticeQueue notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    // Asked for three times in a turn, and made of an address each time.
    private readonly string _address = connection.Address;

    /// <inheritdoc/>
    public override TurnPlan Preview(ContextSelection selection) =>
        TurnPlan.Make(Conversation.ApiKind, Conversation.Path, SendsAll, _address, Time.GetUtcNow(), selection);

    /// <inheritdoc/>
    public override Task<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation)
    {
        var plan = Preview(before.Selection);
        if (plan.Lost)
            Announce(plan, "the service has forgotten it, or never had it at this address");
        else
            Expiry.WarnBefore(plan.Anchor?.ExpiresAt, "this conversation");
        return Task.FromResult(plan);
    }

    /// <inheritdoc/>
    /// <exception cref="QwenException">The server stores no responses at all.</exception>
    public override Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input,
        CancellationToken cancellation)
    {
        if (plan.Anchor is null)
            return RefusesToStore(failure) ? throw failure.WithMore($"If this server stores no responses, {UseStateless}.")
                : Task.FromResult<TurnRecovery?>(null);
        if (!IsForgotten(failure, plan.Anchor.ResponseId))
            return Task.FromResult<TurnRecovery?>(null);
        plan = plan.WithoutServer();
        Announce(plan, $"the service does not know its last response ({failure.Message})");
        // Once may be a restart; an answer that continues something else is none.
        if (failure.Status is null or 501 || ++Conversation.TimesForgotten > 1)
            GiveUpState("does not keep responses");
        return Task.FromResult<TurnRecovery?>(new TurnRecovery(plan, null));
    }

    /// <inheritdoc/>
    public override QwenException? FindIgnored(TurnPlan plan, string? previousId) => !IsIgnored(plan, previousId) ? null
        : new QwenException(QwenErrorKind.StateExpired,
        $"the answer continues {(previousId!.Length == 0 ? "no response" : previousId)} instead of {plan.Anchor!.ResponseId}");

    /// <inheritdoc/>
    public override void Answered(TurnPlan plan, string? previousId)
    {
        if (IsIgnored(plan, previousId))
        {
            Notices.Warn(
                $"The server answered without the {plan.Sent.From} turns that the request continues. Undo-QwenTurn takes the answer back; sent again, the "
                    + "message carries the whole history.");
            GiveUpState("ignores the response that a request continues");
        }
        else if (plan.Anchor is not null)
        {
            Conversation.TimesForgotten = 0;
        }
    }

    /// <inheritdoc/>
    public override ServerState? StateAfter(TurnPlan plan, string? responseId, DateTimeOffset createdAt) =>
        Conversation.ApiKind == QwenApi.Responses && !SendsAll && responseId is not null
            ? new ServerState(responseId, _address, createdAt + ServerState.Lifetime) { First = plan.Selection.First }
            : null;

    private const string UseStateless = "send the whole history with each message: New-QwenConversation -Stateless";

    /// <summary>True when each request carries the whole history.</summary>
    private bool SendsAll => Conversation.Stateless || Conversation.KeepsNothingAt == _address;

    /// <summary>True when a failure says that the response that was continued is unknown: by its code or status, or because it names it.</summary>
    private static bool IsForgotten(QwenException failure, string id) => failure.Kind switch
    {
        QwenErrorKind.StateExpired => true,
        QwenErrorKind.NotFound => true,
        QwenErrorKind.InvalidRequest or QwenErrorKind.ServiceUnavailable => failure.Status == 501 || failure.Message.Contains(id, StringComparison.Ordinal),
        _ => false,
    };

    private bool RefusesToStore(QwenException failure) => Conversation is { ApiKind: QwenApi.Responses, Stateless: false }
        && (failure.Status == 501
        || (failure.Kind == QwenErrorKind.InvalidRequest && failure.Status is 400 or 422 && failure.Message.Contains("store", StringComparison.Ordinal)));

    /// <summary>
    /// True when an answer says that it does not continue what it was to. The service's own first events leave fields empty (qwen-api §2.6), so that
    /// there an empty one says nothing.
    /// </summary>
    private bool IsIgnored(TurnPlan plan, string? previousId) => plan.Anchor is { } anchor && previousId is not null && previousId != anchor.ResponseId
        && (previousId.Length > 0 || Connection.CompatibleUri is not null);

    private void GiveUpState(string why)
    {
        Conversation.KeepsNothingAt = _address;
        Notices.Warn(
            $"This server {why}. From now on each message of the conversation carries the whole history; New-QwenConversation -Stateless does so from the "
                + "start.");
    }

    private void Announce(TurnPlan plan, string why) => Expiry.AnnounceRebuilding(why, plan.Path.Count - plan.Sent.From);
}
