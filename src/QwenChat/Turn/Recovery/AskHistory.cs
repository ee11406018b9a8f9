namespace QwenChat.Turn.Recovery;

/// <summary>Recovers the history: resends turns that the service has deleted, or looks for a lost reply on the service.</summary>
internal sealed class AskHistory : ITurnRecovery
{
    /// <inheritdoc/>
    public async Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        var prepared = planned.Prepared;
        var recovery = await prepared.History.RecoverAsync(failure, planned.Plan, prepared.Input, cancellation).ConfigureAwait(false);
        if (recovery is null)
            return null;
        planned = planned with { Plan = recovery.Plan };
        return recovery.Answer is { } found ? new SentTurn(planned, RequestWriter.Write(planned).Head) { Found = found } : planned;
    }
}
