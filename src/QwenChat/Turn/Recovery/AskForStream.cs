using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>The model answers only as a stream: asks for one.</summary>
internal sealed class AskForStream : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.Stream || !ErrorReader.DemandsStreaming(failure))
            return Task.FromResult<TurnState?>(null);
        planned.Scope.Notices.Verbose($"{planned.Prepared.Model} answers only as a stream; asking again for one.");
        return Task.FromResult<TurnState?>(planned with { Stream = true });
    }
}
