namespace QwenChat.Turn;

/// <summary>A request of a turn whose reply called tools or did not match the schema. The turn's next request contains the items.</summary>
/// <param name="Items">The reply, and the results of its calls or the request for a corrected answer.</param>
/// <param name="Calls">The calls with their results.</param>
/// <param name="Usage">The token usage of the request; null if the service did not report it.</param>
/// <param name="FirstPiece">The time from the start of the turn to the first chunk of a streamed response; null if the response was not streamed.</param>
internal sealed record TurnRound(IReadOnlyList<QwenItem> Items, IReadOnlyList<QwenToolCall> Calls, QwenUsage? Usage, TimeSpan? FirstPiece)
{
    public bool HasFailed => Calls.All(call => call.Error is not null);

    /// <summary>Whether no call was allowed to run.</summary>
    public bool WasRefused => Calls.All(call => call is { Error: not null, Duration: null });
}
