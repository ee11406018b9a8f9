namespace QwenChat.Turn.Recovery;

/// <summary>Shortens a request that is too long for the model by applying the context policy more strictly, at most twice.</summary>
internal sealed class ShortenContext : ITurnRecovery
{
    /// <inheritdoc/>
    public async Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, before) = (planned.Prepared, planned.Plan.Selection);
        if (failure.Kind != QwenErrorKind.ContextLengthExceeded || !prepared.Context.CanHarden(before))
            return null;
        prepared.Bill.Release();
        if (await prepared.Context.HardenAsync(before, failure, planned.Items, cancellation).ConfigureAwait(false) is not { } selection)
            return null;
        var shorter = planned with { Plan = planned.Plan with { Selection = selection }, Files = null };
        return await TurnPlanning.PlanAsync(shorter, cancellation).ConfigureAwait(false);
    }
}
