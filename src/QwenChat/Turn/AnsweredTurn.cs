namespace QwenChat.Turn;

/// <summary>A request whose answer is whole.</summary>
/// <param name="Sent">The request and its answer.</param>
internal sealed record AnsweredTurn(SentTurn Sent) : TurnState
{
    /// <inheritdoc/>
    public override PlannedTurn LastRequest => Sent.Planned;
}
