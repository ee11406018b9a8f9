namespace QwenChat.Turn;

/// <summary>A turn whose request has a complete response.</summary>
/// <param name="Sent">The request and its response.</param>
internal sealed record AnsweredTurn(SentTurn Sent) : TurnState
{
    /// <inheritdoc/>
    public override PlannedTurn LastRequest => Sent.Planned;
}
