using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>Uploads the conversation's files again when the service no longer finds one in its temporary store.</summary>
internal sealed class UploadAgain : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.UploadsAgain || planned.Files is not { ReferToStore: true } || planned.Scope.Request.ResolveAddresses is null
            || !ErrorReader.LacksMedia(failure))
            return Task.FromResult<TurnState?>(null);
        planned.Scope.Notices.Verbose($"The service no longer finds a file of the conversation ({failure.Message}). Uploading it again.");
        return Task.FromResult<TurnState?>(planned with { UploadsAgain = true });
    }
}
