using QwenChat.Http;
using QwenChat.Streaming;

namespace QwenChat.Turn;

/// <summary>A request whose answer has begun, or was found at the service.</summary>
/// <param name="Planned">The request.</param>
/// <param name="Head">What the request began with.</param>
internal sealed record SentTurn(PlannedTurn Planned, ReadOnlyMemory<byte> Head) : TurnState
{
    /// <summary>The answer as it comes; null where it was found at the service.</summary>
    public ResponseStream? Answer { get; init; }

    /// <summary>The items of an answer that was found at the service, whole.</summary>
    public IReadOnlyList<QwenItem> Found { get; init; } = [];

    /// <summary>The answer while it is read.</summary>
    public AnswerReading Reading { get; } = new(Planned.Scope, Planned.Prepared.Protocol);

    /// <summary>What has come of the answer.</summary>
    public ReplyBuilder Fold => Reading.Fold;

    /// <inheritdoc/>
    public override PlannedTurn LastRequest => Planned;
}
