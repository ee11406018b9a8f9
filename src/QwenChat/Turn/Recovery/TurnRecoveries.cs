namespace QwenChat.Turn.Recovery;

/// <summary>The recoveries of a turn, in the order in which they are tried.</summary>
internal static class TurnRecoveries
{
    private static readonly ITurnRecovery[] s_all =
    [
        new ChangeEndpoint(), new UploadAgain(), new AskForStream(), new LowerThinkingBudget(), new ShortenContext(), new RecoverHistory(),
    ];

    /// <summary>Finds out how to go on after a failure.</summary>
    /// <returns>Null when nothing can be done.</returns>
    public static async Task<TurnState?> TryAsync(QwenException failure, PlannedTurn planned, CancellationToken cancellation)
    {
        foreach (var recovery in s_all)
        {
            if (await recovery.TryAsync(failure, planned, cancellation).ConfigureAwait(false) is { } state)
                return state;
        }
        return null;
    }
}
