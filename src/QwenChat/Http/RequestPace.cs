namespace QwenChat.Http;

/// <summary>
/// When the requests of one connection may go out, for all who use it: evenly spaced where a limit per minute is set, and none for a while after the service
/// refused one for its rate. Then half as many as before may be unanswered at once, and one more after each full round that was answered.
/// </summary>
/// <param name="requestsPerMinute">The most requests in a minute; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestPace(double? requestsPerMinute, TimeProvider time)
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

    /// <summary>Waits, in the order of the callers, until a request may go out.</summary>
    /// <param name="waiting">Told how long the first wait is, where the time is known.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>When it goes out, for <see cref="Leave"/> and <see cref="Refuse"/>.</returns>
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

    /// <summary>A request is over.</summary>
    /// <param name="wasAnswered">Whether the service answered it.</param>
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
    /// The service refused a request for its rate: nothing goes out for a while. Other requests that were on their way then, and are refused too, do not
    /// add to that. Called before <see cref="Leave"/>.
    /// </summary>
    /// <param name="entered">When the request went out.</param>
    /// <param name="wait">How long.</param>
    /// <param name="isAsked">Whether the service itself asks for that time.</param>
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

    // In whole milliseconds, as timers count: a shorter wait would be none, and be asked for again and again.
    private TimeSpan Until(long now, long then) => TimeSpan.FromMilliseconds(Math.Ceiling(time.GetElapsedTime(now, then).TotalMilliseconds));
}
