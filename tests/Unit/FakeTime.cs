namespace QwenChat.Tests;

/// <summary>A clock that advances only when a test advances it.</summary>
/// <param name="now">The initial time.</param>
internal sealed class FakeTime(DateTimeOffset? now = null) : TimeProvider
{
    private readonly object _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = now ?? new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Advances the time; timers that become due fire in order.</summary>
    public void Advance(TimeSpan by)
    {
        var end = _now + by;
        while (Next(end) is { } timer)
            timer.Fire();
        _now = end;
    }

    /// <summary>Advances the clock from timer to timer until a task completes. Returns the length of each advance.</summary>
    public async Task<IReadOnlyList<TimeSpan>> RunAsync(Task task)
    {
        var waits = new List<TimeSpan>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            var before = _now;
            if (Next(DateTimeOffset.MaxValue) is { } timer)
            {
                waits.Add(_now - before);
                timer.Fire();
            }
            else
            {
                await Task.Yield();
            }
        }
        return waits;
    }

    private FakeTimer? Next(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due is not null).MinBy(timer => timer.Due);
            if (next?.Due is not { } due || due > end)
                return null;
            _now = due > _now ? due : _now;
            next.Due = null;
            return next;
        }
    }

    private sealed class FakeTimer(FakeTime owner, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : owner._now + dueTime;
            return true;
        }

        // Without a context, continuations run immediately on this thread. xunit's context would run them on another thread, after the clock has advanced.
        public void Fire()
        {
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            try
            {
                callback(state);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }

        public void Dispose()
        {
            lock (owner._gate)
                owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
