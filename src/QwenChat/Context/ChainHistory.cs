namespace QwenChat.Context;

/// <summary>
/// The history where it goes with the request: the caller's own messages (Chat Completions, DashScope), or the service's chain of
/// responses, continued by an id (Responses).
/// </summary>
internal sealed class ChainHistory(QwenConversation conversation, QwenConnection connection, bool noRebuild, TimeProvider time, Notices notices)
    : TurnHistory(conversation, connection, noRebuild, time, notices)
{
    private string? _address;

    // Asked for three times in a turn.
    private string Address => _address ??= Connection.Address;

    /// <inheritdoc/>
    public override TurnPlan Preview(int first) =>
        TurnPlan.Make(Conversation.Api, Conversation.Path, Conversation.Stateless, Address, Time.GetUtcNow(), first);

    /// <inheritdoc/>
    public override Task<TurnPlan> PlanAsync(int first, CancellationToken cancellation)
    {
        var plan = Preview(first);
        if (plan.Lost)
            Announce(plan, "the service has forgotten it, or never had it at this address");
        else
            WarnOfExpiry(plan.Anchor?.ExpiresAt, "this conversation");
        return Task.FromResult(plan);
    }

    /// <inheritdoc/>
    public override Task<TurnRecovery?> RecoverAsync(QwenException failure, TurnPlan plan, CancellationToken cancellation)
    {
        if (failure.Kind != QwenErrorKind.StateExpired || plan.Anchor is null)
            return Task.FromResult<TurnRecovery?>(null);
        plan = plan.WithoutServer();
        Announce(plan, $"the service does not know its last response ({failure.Message})");
        return Task.FromResult<TurnRecovery?>(new TurnRecovery(plan, null));
    }

    /// <inheritdoc/>
    public override ServerState? StateAfter(TurnPlan plan, string? responseId, DateTimeOffset createdAt) =>
        Conversation.Api == QwenApi.Responses && !Conversation.Stateless && responseId is not null
            ? new ServerState(responseId, Address, createdAt + ServerState.Lifetime) { First = plan.First }
            : null;

    private void Announce(TurnPlan plan, string why) => AnnounceRebuilding(why, plan.Path.Count - plan.FirstSent);
}
