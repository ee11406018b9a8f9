namespace QwenChat.Tests.Faults;

internal sealed class Outcome
{
    public QwenReply? Reply { get; set; }

    public Exception? Failure { get; set; }

    public string Streamed { get; set; } = "";

    public int Attempts { get; set; }

    /// <summary>The durations of the waits, on the test's clock.</summary>
    public IReadOnlyList<TimeSpan> Waits { get; init; } = [];

    public bool AllClosed { get; set; }

    public long MostBytesRead { get; set; }

    public int Turns { get; set; }

    /// <summary>Whether the first turn is still the same object and there are no pending items.</summary>
    public bool FirstKept { get; set; }

    /// <summary>Sends another turn. Returns the failure, or null. A conversation object that differs from the transcript is also a failure.</summary>
    public Func<string?> Next { get; set; } = null!;

    public QwenErrorKind? Kind => (Failure as QwenException)?.Kind;

    /// <summary>Checks the rules that apply after every fault. Returns the violation; null if there is none.</summary>
    public string? Broken()
    {
        if (Failure is not (null or QwenException))
            return $"ended with {Failure}";
        if (!AllClosed)
            return "left a connection open";
        if (!FirstKept || Turns != (Reply is null ? 1 : 2))
            return $"left a conversation of {Turns} turns, {(FirstKept ? "the first unchanged" : "the first changed, or with a pending item")}, after {this}";
        return (Reply is null) == (Failure is null) ? "returned neither a reply nor an error, or both" : null;
    }

    /// <summary>Checks that the turn failed as expected. Returns the difference; null if there is none.</summary>
    public string? NotFailed(QwenErrorKind kind, int attempts)
    {
        if (Broken() is { } broken)
            return broken;
        if (Kind != kind)
            return $"{(Reply is null ? Kind.ToString() : "a reply")} instead of {kind}: {Failure?.Message}";
        return Attempts == attempts ? null : $"{Attempts} attempts instead of {attempts}: {Failure?.Message}";
    }

    /// <summary>Checks that the reply is complete. Returns the difference; null if there is none.</summary>
    public string? NotWhole(Recorded recorded, int attempts)
    {
        if (Broken() is { } broken)
            return broken;
        if (Reply is null)
            return $"{Kind} instead of a reply: {Failure!.Message}";
        if (Reply.Text != recorded.Text || Reply.Thinking != recorded.Thinking || Reply.State != QwenReplyState.Completed)
            return $"'{Reply.Text}' ({Reply.State}) instead of '{recorded.Text}'";
        return Attempts == attempts ? null : $"{Attempts} attempts instead of {attempts}";
    }

    public override string ToString() => Reply is null ? $"{Kind}: {Failure?.Message}" : $"'{Reply.Text}'";
}
