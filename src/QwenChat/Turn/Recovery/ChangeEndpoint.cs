using QwenChat.Protocols.Errors;
using QwenChat.Protocols.Messages;

namespace QwenChat.Turn.Recovery;

/// <summary>The native API has two endpoints, and the model is not answered at this one (qwen-api §5.1): asks at the other, now and from now on.</summary>
internal sealed class ChangeEndpoint : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.Scope.Api != QwenApi.DashScope || planned.HasChangedEndpoint || !ErrorReader.IsWrongEndpoint(failure))
            return Task.FromResult<TurnState?>(null);
        string model = planned.Prepared.Model;
        NativeEndpoint.Switch(model);
        planned.Scope.Notices.Verbose($"{model} is not answered at this endpoint; asking at {NativeEndpoint.Path(model)}, now and from now on.");
        return Task.FromResult<TurnState?>(planned with { HasChangedEndpoint = true });
    }
}
