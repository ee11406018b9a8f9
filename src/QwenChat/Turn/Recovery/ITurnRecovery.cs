namespace QwenChat.Turn.Recovery;

/// <summary>A recovery from a rejected request or a lost response. Recoveries are tried in order; the first that applies is used.</summary>
internal interface ITurnRecovery
{
    /// <summary>Determines how to continue.</summary>
    /// <returns>The state to continue from: a different plan, or a reply that was found; null if the recovery does not apply.</returns>
    Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation);
}
