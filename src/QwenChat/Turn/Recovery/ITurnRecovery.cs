namespace QwenChat.Turn.Recovery;

/// <summary>Something that can be done when a request was refused or its answer lost. Recoveries are tried in order; the first that applies is taken.</summary>
internal interface ITurnRecovery
{
    /// <summary>Finds out how to go on.</summary>
    /// <param name="failure">The failure of sending.</param>
    /// <param name="planned">The request that failed.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The state to go on from: another plan, or an answer that was found; null where this does not apply.</returns>
    Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation);
}
