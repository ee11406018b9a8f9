using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>Requests a stream when the model only supports streaming.</summary>
internal sealed class AskForStream : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.Stream || !ErrorReader.DemandsStreaming(failure))
            return Task.FromResult<TurnState?>(null);
        planned.Scope.Notices.Verbose($"{planned.Prepared.Model} only supports streaming. Retrying with a stream.");
        return Task.FromResult<TurnState?>(planned with { Stream = true });
    }
}
