using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn.Recovery;

/// <summary>
/// Switches to the other endpoint of the native API, for this and later requests, when the model is not available at the current endpoint (wire §5.1).
/// </summary>
internal sealed class ChangeEndpoint : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.Scope.Api != QwenApi.DashScope || planned.HasChangedEndpoint || !ErrorReader.IsWrongEndpoint(failure))
            return Task.FromResult<TurnState?>(null);
        string model = planned.Prepared.Model;
        NativeEndpoint.Switch(model);
        planned.Scope.Notices.Verbose($"{model} is not available at this endpoint. Using {NativeEndpoint.Path(model)} from now on.");
        return Task.FromResult<TurnState?>(planned with { HasChangedEndpoint = true });
    }
}
