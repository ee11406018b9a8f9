namespace QwenChat.Turn;

/// <summary>
/// The state of a turn. A planned request is sent; the response to a sent request is read; a complete response becomes the reply. A failure of
/// sending leads back to a new plan (<see cref="Recovery.ITurnRecovery"/>).
/// </summary>
internal abstract record TurnState
{
    /// <summary>The turn's last request.</summary>
    public abstract PlannedTurn LastRequest { get; }
}
