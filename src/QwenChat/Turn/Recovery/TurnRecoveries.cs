namespace QwenChat.Turn.Recovery;

/// <summary>The recoveries of a turn, in the order of use.</summary>
internal static class TurnRecoveries
{
    private static readonly ITurnRecovery[] s_all =
    [
        new ChangeEndpoint(), new UploadAgain(), new AskForStream(), new LowerThinkingBudget(), new ShortenContext(), new AskHistory(),
    ];

    /// <summary>Determines how to continue after a failure.</summary>
    /// <returns>The state to continue from; null if no recovery applies.</returns>
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
