namespace QwenChat.Turn;

/// <summary>
/// The state of a turn: planned (<see cref="PlannedTurn"/>), sent (<see cref="SentTurn"/>) or answered (<see cref="AnsweredTurn"/>). If sending fails, a
/// recovery may determine the next state (<see cref="Recovery.ITurnRecovery"/>).
/// </summary>
internal abstract record TurnState
{
    public abstract PlannedTurn LastRequest { get; }
}
