namespace QwenChat.Turn;

/// <summary>A request of a turn that was answered with calls, and their results, which the turn's next request carries.</summary>
/// <param name="Items">The answer, and the results of its calls.</param>
/// <param name="Calls">The calls, with what became of them.</param>
/// <param name="Usage">What the service counted for the request; null when it did not say.</param>
/// <param name="FirstPiece">When the first piece of a streamed answer came; null when it was not streamed.</param>
internal sealed record TurnRound(IReadOnlyList<QwenItem> Items, IReadOnlyList<QwenToolCall> Calls, QwenUsage? Usage, TimeSpan? FirstPiece)
{
    /// <summary>Whether no call had a result.</summary>
    public bool HasFailed => Calls.All(call => call.Error is not null);

    /// <summary>Whether no call was allowed to run.</summary>
    public bool WasRefused => Calls.All(call => call is { Error: not null, Duration: null });
}
