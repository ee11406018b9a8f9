using QwenChat.Protocols.Errors;

namespace QwenChat.Turn.Recovery;

/// <summary>Uploads the files of the conversation again if the service can no longer find one of them in its temporary store.</summary>
internal sealed class UploadAgain : ITurnRecovery
{
    /// <inheritdoc/>
    public Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        if (planned.UploadsAgain || planned.Files is not { ReferToStore: true } || planned.Scope.Request.ResolveAddresses is null
            || !ErrorReader.LacksMedia(failure))
            return Task.FromResult<TurnState?>(null);
        planned.Scope.Notices.Verbose($"The service can no longer find a file of the conversation ({failure.Message}). Uploading it again.");
        return Task.FromResult<TurnState?>(planned with { UploadsAgain = true });
    }
}
