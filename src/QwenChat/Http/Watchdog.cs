namespace QwenChat.Http;

/// <summary>
/// Cancels a request if one of its phases takes too long, and records the phase. Only one phase is watched at a time. There is no total timeout, because a
/// model may legitimately think for a long time.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly ITimer _timer;
    private TimeSpan _limit;
    private string _phase = "";
    private string? _what;

    public Watchdog(TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _timer = time.CreateTimer(static state => Cancel((CancellationTokenSource)state!), _source, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The token that the caller or a timeout cancels.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Starts watching a phase.</summary>
    /// <param name="phase">The name of the parameter that sets the limit, for the error message, such as <c>FirstByteTimeoutSeconds</c>.</param>
    /// <param name="limit">The time limit.</param>
    public void Watch(string phase, TimeSpan limit) => Watch(phase, limit, limit, null);

    /// <summary>Starts watching a phase that has used part of its time.</summary>
    /// <param name="phase">The name of the parameter that sets the limit, for the error message.</param>
    /// <param name="limit">The time limit that the error message shows.</param>
    /// <param name="left">The remaining time.</param>
    /// <param name="what">The beginning of the error message, such as <c>The response contained only heartbeats</c>; null for the default.</param>
    public void Watch(string phase, TimeSpan limit, TimeSpan left, string? what)
    {
        (_phase, _limit, _what) = (phase, limit, what);
        _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops watching the phase.</summary>
    public void Rest() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Returns the error for a cancellation that this watchdog caused; null if the caller canceled.</summary>
    public QwenException? Explain(OperationCanceledException cancelled)
    {
        if (_caller.IsCancellationRequested || !_source.IsCancellationRequested)
            return null;
        string what = _what ?? (_phase == IdlePhase ? "The response stalled" : "No response was received");
        return TimedOut($"{what} for {Seconds(_limit)}.", _phase, cancelled);
    }

    public static string Seconds(TimeSpan limit) =>
        FormattableString.Invariant($"{limit.TotalSeconds:0.#} {(limit == TimeSpan.FromSeconds(1) ? "second" : "seconds")}");

    public const string ConnectionPhase = "ConnectionTimeoutSeconds";
    public const string FirstBytePhase = "FirstByteTimeoutSeconds";
    public const string IdlePhase = "IdleTimeoutSeconds";

    public static QwenException TimedOut(string what, string parameter, Exception cause) =>
        new(QwenErrorKind.Timeout, $"{what} The connection's -{parameter} sets this limit.", cause)
        {
            TimeoutParameter = parameter,
            Retryable = true,
            Retry = RetryAdvice.Soon,
            MayHaveArrived = parameter != ConnectionPhase,
        };

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The time limit was reached just as the response ended, so there is nothing to cancel. An exception on the timer's thread would end the process.
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
