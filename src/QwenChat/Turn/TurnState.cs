namespace QwenChat.Turn;

/// <summary>
/// The state of a turn. A planned request is sent; the response to a sent request is read; a complete response becomes the reply. If sending fails, a
/// recovery may return a new plan (<see cref="Recovery.ITurnRecovery"/>).
/// </summary>
internal abstract record TurnState
{
    public abstract PlannedTurn LastRequest { get; }
}
