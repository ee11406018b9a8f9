namespace QwenChat.Turn.Recovery;

/// <summary>What the keeper of the history can do: send turns again that the service has forgotten, or look whether a lost answer is at the service.</summary>
internal sealed class RecoverHistory : ITurnRecovery
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
