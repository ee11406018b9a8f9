namespace QwenChat.Turn;

/// <summary>A request that was answered with tool calls, and the results of the calls. The turn's next request contains both.</summary>
/// <param name="Items">The reply, and the results of its calls.</param>
/// <param name="Calls">The calls with their results.</param>
/// <param name="Usage">The token usage of the request; null if the service did not report it.</param>
/// <param name="FirstPiece">The time until the first chunk of a streamed response; null if the response was not streamed.</param>
internal sealed record TurnRound(IReadOnlyList<QwenItem> Items, IReadOnlyList<QwenToolCall> Calls, QwenUsage? Usage, TimeSpan? FirstPiece)
{
    /// <summary>Whether no call succeeded.</summary>
    public bool HasFailed => Calls.All(call => call.Error is not null);

    /// <summary>Whether no call was allowed to run.</summary>
    public bool WasRefused => Calls.All(call => call is { Error: not null, Duration: null });
}
