namespace QwenChat.Turn;

/// <summary>A turn whose last request has a complete response.</summary>
internal sealed record AnsweredTurn(SentTurn Sent) : TurnState
{
    /// <inheritdoc/>
    public override PlannedTurn LastRequest => Sent.Planned;
}
