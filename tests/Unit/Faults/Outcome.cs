namespace QwenChat.Tests.Faults;

/// <summary>What became of a turn.</summary>
internal sealed class Outcome
{
    public QwenReply? Reply { get; set; }

    public Exception? Failure { get; set; }

    /// <summary>The text of the pieces that were given out while it streamed.</summary>
    public string Streamed { get; set; } = "";

    public int Attempts { get; set; }

    /// <summary>How long was waited for each thing, on the test's clock.</summary>
    public IReadOnlyList<TimeSpan> Waits { get; init; } = [];

    public bool AllClosed { get; set; }

    public long MostBytesRead { get; set; }

    public int Turns { get; set; }

    /// <summary>The turn before is the same object as ever, and nothing waits to be sent.</summary>
    public bool FirstKept { get; set; }

    /// <summary>
    /// Sends another turn, which goes well: null, or what is wrong with it. A conversation object holds the turns of the transcript then, and no
    /// others.
    /// </summary>
    public Func<string?> Next { get; set; } = null!;

    public QwenErrorKind? Kind => (Failure as QwenException)?.Kind;

    /// <summary>What holds whatever went wrong: null, or what does not hold.</summary>
    public string? Broken()
    {
        if (Failure is not (null or QwenException))
            return $"ended with {Failure}";
        if (!AllClosed)
            return "left a connection open";
        if (!FirstKept || Turns != (Reply is null ? 1 : 2))
            return $"left a conversation of {Turns} turns, {(FirstKept ? "the first kept" : "the first changed, or an item waiting")}, after {this}";
        return (Reply is null) == (Failure is null) ? "gave neither a reply nor an error, or both" : null;
    }

    /// <summary>The turn failed as it should: null, or what is not so.</summary>
    public string? NotFailed(QwenErrorKind kind, int attempts)
    {
        if (Broken() is { } broken)
            return broken;
        if (Kind != kind)
            return $"{(Reply is null ? Kind.ToString() : "a reply")} instead of {kind}: {Failure?.Message}";
        return Attempts == attempts ? null : $"{Attempts} attempts instead of {attempts}: {Failure?.Message}";
    }

    /// <summary>The reply came whole: null, or what is not so.</summary>
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
