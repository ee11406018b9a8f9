using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>A turn whose response has begun, or whose reply was found on the service.</summary>
internal sealed record SentTurn(PlannedTurn Planned, RequestHead? Head) : TurnState
{
    /// <summary>The response; null if the reply was found on the service.</summary>
    public ResponseStream? Answer { get; init; }

    public bool UsesPaidCache { get; init; }

    /// <summary>The items of a complete reply that was found on the service; empty if the turn has a response.</summary>
    public IReadOnlyList<QwenItem> Found { get; init; } = [];

    public AnswerReading Reading { get; } = new(Planned.Scope, Planned.Prepared.Protocol);

    public ReplyBuilder Fold => Reading.Fold;

    /// <inheritdoc/>
    public override PlannedTurn LastRequest => Planned;
}
