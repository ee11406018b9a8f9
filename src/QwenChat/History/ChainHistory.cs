using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Text;
using QwenChat.Turn;

namespace QwenChat.History;

/// <summary>
/// Handles the history for APIs without a conversation object. Each request contains either the earlier messages or, in the Responses API, the id of
/// the stored response that it continues.
/// </summary>
internal sealed class ChainHistory(QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time, NoticeQueue notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    // Cached, because the connection computes its address on each access.
    private readonly string _address = connection.Address;

    public override TurnPlan Preview(SelectedContext selection) =>
        TurnPlan.Make(Conversation.ApiKind, Conversation.Path, SendsAll, _address, Time.GetUtcNow(), selection);

    public override ValueTask<TurnPlan> PlanAsync(TurnPlan before, CancellationToken cancellation)
    {
        var plan = Preview(before.Selection);
        if (plan.Lost)
            Announce(plan, "the last response has expired or is stored at another address");
        else
            RebuildNotices.WarnBefore(plan.Anchor?.ExpiresAt, "this conversation");
        return ValueTask.FromResult(plan);
    }

    /// <exception cref="QwenException">The server does not store responses.</exception>
    public override Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, IReadOnlyList<QwenItem> input,
        CancellationToken cancellation)
    {
        if (plan.Anchor is null)
            return RefusesToStore(failure) ? throw failure.WithMore($"If this server does not store responses, {UseStateless}.")
                : Task.FromResult<TurnRecovery?>(null);
        if (!IsForgotten(failure, plan.Anchor.ResponseId))
            return Task.FromResult<TurnRecovery?>(null);
        plan = plan.WithoutServer();
        Announce(plan, $"the service does not have the last response ({failure.Message})");
        // One failure does not prove that the server keeps no responses, because the server may have been restarted. The proof is a second
        // consecutive failure, status 501, or a failure without a status (the new response did not continue the requested response).
        if (failure.Status is null or 501 || ++Conversation.TimesForgotten > 1)
            GiveUpState("does not keep responses");
        return Task.FromResult<TurnRecovery?>(new TurnRecovery(plan, null));
    }

    public override QwenException? FindIgnored(TurnPlan plan, string? previousId) => !IsIgnored(plan, previousId) ? null
        : new QwenException(QwenErrorKind.StateExpired,
        previousId!.Length == 0 ? $"the new response does not continue {plan.Anchor!.ResponseId}"
            : $"the new response continues {previousId} instead of {plan.Anchor!.ResponseId}");

    public override void Answered(TurnPlan plan, string? previousId)
    {
        if (IsIgnored(plan, previousId))
        {
            Notices.Warn(
                $"The server answered without {Quantity.Of(plan.Sent.From, "earlier turn")} of the conversation. To repeat the turn with the whole "
                    + "history, use Undo-QwenTurn and send the message again.");
            GiveUpState("does not continue from earlier responses");
        }
        else if (plan.Anchor is not null)
        {
            Conversation.TimesForgotten = 0;
        }
    }

    public override ServerState? StateAfter(TurnPlan plan, string? responseId, DateTimeOffset createdAt) =>
        Conversation.ApiKind == QwenApi.Responses && !SendsAll && responseId is not null
            ? new ServerState(responseId, _address, createdAt + ServerState.Lifetime) { First = plan.Selection.First }
            : null;

    private const string UseStateless = "use New-QwenConversation -Stateless, which sends the whole history with each message";

    private bool SendsAll => Conversation.Stateless || Conversation.KeepsNothingAt == _address;

    /// <summary>
    /// Returns whether a failure means that the server does not know the response. Some servers report a general error code, and name the response in the
    /// error message.
    /// </summary>
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
    /// Returns whether a response names a different previous response than the request did. The Qwen service sends empty fields in its first events
    /// (wire §2.6), so an empty id is significant only from other servers.
    /// </summary>
    private bool IsIgnored(TurnPlan plan, string? previousId) => plan.Anchor is { } anchor && previousId is not null && previousId != anchor.ResponseId
        && (previousId.Length > 0 || Connection.CompatibleUri is not null);

    private void GiveUpState(string why)
    {
        Conversation.KeepsNothingAt = _address;
        Notices.Warn(
            $"This server {why}. From now on, the whole history is sent with each message. To do this from the start, use "
                + "New-QwenConversation -Stateless.");
    }

    private void Announce(TurnPlan plan, string why) => RebuildNotices.Announce(why, plan.Path.Count - plan.Sent.From);
}
