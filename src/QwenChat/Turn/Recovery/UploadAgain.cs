using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>The service does not find a file in its temporary store any more: uploads the conversation's files again.</summary>
internal sealed class UploadAgain : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.UploadsAgain || planned.Files is not { ReferToStore: true } || planned.Scope.Request.ResolveAddresses is null
            || !ErrorReader.LacksMedia(failure))
            return Task.FromResult<TurnState?>(null);
        planned.Scope.Notices.Verbose($"The service does not find a file of the conversation any more ({failure.Message}); uploading it again.");
        return Task.FromResult<TurnState?>(planned with { UploadsAgain = true });
    }
}
