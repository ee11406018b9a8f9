namespace QwenChat.Vectors;

/// <summary>
/// Work that nobody waits for. It runs on threads of the pool, which end with the process, and can be stopped all at once. Safe to use
/// from several threads.
/// </summary>
internal sealed class BackgroundWork
{
    private readonly HashSet<Task> _running = [];
    private CancellationTokenSource _stop = new();

    /// <summary>The work for what is in memory alone. It ends with the module.</summary>
    public static BackgroundWork OfProcess { get; } = new();

    /// <summary>Begins something.</summary>
    /// <param name="work">What to do, until it is cancelled.</param>
    public void Start(Func<CancellationToken, Task> work)
    {
        lock (_running)
        {
            var stop = _stop.Token;
            var task = Task.Run(() => work(stop), CancellationToken.None);
            _running.Add(task);
            _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Waits until all that has begun by now has ended, well or not.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await Running().WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The same for a limited time.</summary>
    /// <returns>Whether all has ended.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var running = Running();
        await running.WaitAsync(limit, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return running.IsCompleted;
    }

    /// <summary>Stops all that has begun by now, and waits until it has ended.</summary>
    public async Task StopAsync()
    {
        var running = Running();
        CancellationTokenSource stop;
        lock (_running)
        {
            stop = _stop;
            _stop = new CancellationTokenSource();
        }
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task Running()
    {
        lock (_running)
            return Task.WhenAll(_running);
    }

    private void Ended(Task task)
    {
        lock (_running)
            _running.Remove(task);
    }
}
