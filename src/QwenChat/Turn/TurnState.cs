namespace QwenChat.Turn;

/// <summary>
/// How far a turn has come. A request that is planned is sent; the answer to one that was sent is read; an answer that is whole becomes the reply. What
/// goes wrong with sending leads back to another plan (<see cref="Recovery.ITurnRecovery"/>).
/// </summary>
internal abstract record TurnState
{
    /// <summary>The turn's last request.</summary>
    public abstract PlannedTurn LastRequest { get; }
}
