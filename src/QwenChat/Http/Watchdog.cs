namespace QwenChat.Http;

/// <summary>
/// Ends what takes too long and remembers what it was. One at a time is watched; a total time-out there is none, since a model may
/// rightly think for long.
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

    /// <summary>Cancelled by the caller or by the time.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Begins to watch something.</summary>
    /// <param name="phase">The parameter that limits it, for the message: <c>FirstByteTimeoutSeconds</c> …</param>
    /// <param name="limit">How long it may take.</param>
    public void Watch(string phase, TimeSpan limit) => Watch(phase, limit, limit, null);

    /// <summary>Begins to watch something that has taken a part of its time.</summary>
    /// <param name="phase">The parameter that limits it, for the message.</param>
    /// <param name="limit">How long it may take, for the message.</param>
    /// <param name="left">How much of that is left.</param>
    /// <param name="what">What happened instead, for the message; null for silence.</param>
    public void Watch(string phase, TimeSpan limit, TimeSpan left, string? what)
    {
        (_phase, _limit, _what) = (phase, limit, what);
        _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What was watched has happened.</summary>
    public void Rest() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>The error for a cancellation that this watchdog caused; null when it was the caller's.</summary>
    public QwenException? Explain(OperationCanceledException cancelled)
    {
        if (_caller.IsCancellationRequested || !_source.IsCancellationRequested)
            return null;
        string what = _what ?? (_phase == IdlePhase ? "The answer had begun and then was silent" : "No answer began");
        return TimedOut($"{what} for {_limit.TotalSeconds:0.#} seconds.", _phase, cancelled);
    }

    public const string ConnectionPhase = "ConnectionTimeoutSeconds";
    public const string FirstBytePhase = "FirstByteTimeoutSeconds";
    public const string IdlePhase = "IdleTimeoutSeconds";

    public static QwenException TimedOut(string what, string parameter, Exception cause) =>
        new(QwenErrorKind.Timeout, $"{what} The limit is -{parameter} of Set-QwenConnection.", cause)
        {
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
            // The time was up as the answer came to its end. Nothing waits any more, and on the timer's thread this would end the process.
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
