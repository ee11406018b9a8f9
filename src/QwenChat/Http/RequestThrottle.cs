namespace QwenChat.Http;

/// <summary>
/// Determines when the requests of a connection, or its requests to one model, are sent. A limit per minute spaces requests evenly. When the service
/// rejects a request because of the rate limit, sending pauses. Afterwards, only half as many requests may be in flight as before. This limit increases by
/// one each time that many requests have succeeded, and is removed when it reaches the previous number.
/// </summary>
/// <param name="requestsPerMinute">The maximum number of requests per minute; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestThrottle(double? requestsPerMinute, TimeProvider time)
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly long _interval = requestsPerMinute is { } most ? (long)Math.Min(time.TimestampFrequency * 60 / most, long.MaxValue / 4) : 0;
    private TaskCompletionSource? _left;
    private long _next = long.MinValue;
    private long _pauseBegan = long.MinValue;
    private long _pauseEnds = long.MinValue;
    private int _unanswered;
    private int _most = int.MaxValue;
    private int _mostBefore;
    private int _answered;

    /// <summary>Waits until a request may be sent. Callers are served in the order in which they called.</summary>
    /// <param name="waiting">Called with the first delay, if its length is known.</param>
    /// <param name="cancellation">Cancels waiting.</param>
    /// <returns>The time when the request is sent, for <see cref="Refuse"/>.</returns>
    public ValueTask<long> EnterAsync(Action<TimeSpan> waiting, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_interval == 0 && _most == int.MaxValue && _pauseEnds <= time.GetTimestamp())
            {
                _unanswered++;
                return ValueTask.FromResult(time.GetTimestamp());
            }
        }
        return new ValueTask<long>(WaitAsync(waiting, cancellation));
    }

    private async Task<long> WaitAsync(Action<TimeSpan> waiting, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (bool told = false; ; told = true)
            {
                Task? left = null;
                TimeSpan wait = TimeSpan.Zero;
                lock (_gate)
                {
                    long now = time.GetTimestamp();
                    if (now < _pauseEnds)
                    {
                        wait = Until(now, _pauseEnds);
                    }
                    else if (_unanswered < _most)
                    {
                        if (now >= _next)
                        {
                            _next = now + _interval;
                            _unanswered++;
                            return now;
                        }
                        wait = Until(now, _next);
                    }
                    else
                    {
                        _left ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        left = _left.Task;
                    }
                }
                if (left is null && !told)
                    waiting(wait);
                await (left?.WaitAsync(cancellation) ?? Task.Delay(wait, time, cancellation)).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Records the end of a request, and whether the service answered it successfully.</summary>
    public void Leave(bool wasAnswered)
    {
        lock (_gate)
        {
            _unanswered--;
            if (wasAnswered && _most < int.MaxValue && ++_answered >= _most)
            {
                _answered = 0;
                _most = _most + 1 < _mostBefore ? _most + 1 : int.MaxValue;
            }
            _left?.TrySetResult();
            _left = null;
        }
    }

    /// <summary>
    /// Records that the service rejected a request because of the rate limit, and pauses sending. If other requests in flight are also rejected, the
    /// pause is extended only if the service requests a longer pause. Call this method before <see cref="Leave"/>.
    /// </summary>
    /// <param name="entered">The time when the request was sent.</param>
    /// <param name="wait">The length of the pause.</param>
    /// <param name="isAsked">Whether the service requested that length.</param>
    public void Refuse(long entered, TimeSpan wait, bool isAsked)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            long ends = now + (long)(wait.TotalSeconds * time.TimestampFrequency);
            if (entered <= _pauseBegan)
            {
                if (isAsked)
                    _pauseEnds = Math.Max(_pauseEnds, ends);
                return;
            }
            (_pauseBegan, _pauseEnds) = (now, ends);
            _mostBefore = Math.Max(_most < int.MaxValue ? _mostBefore : 0, _unanswered);
            _most = Math.Max(1, _unanswered / 2);
            _answered = 0;
        }
    }

    // Rounded up to whole milliseconds, the resolution of timers: a shorter delay would become zero and cause a busy loop.
    private TimeSpan Until(long now, long then) => TimeSpan.FromMilliseconds(Math.Ceiling(time.GetElapsedTime(now, then).TotalMilliseconds));
}
