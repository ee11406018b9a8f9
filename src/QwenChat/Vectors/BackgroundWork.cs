namespace QwenChat.Vectors;

/// <summary>Runs background work on thread pool threads, which end with the process. All work can be stopped together. Thread-safe.</summary>
internal sealed class BackgroundWork
{
    private readonly HashSet<Task> _running = [];
    private CancellationTokenSource _stop = new();

    /// <summary>The background work for conversations that are only in memory. It is stopped when the module is removed.</summary>
    public static BackgroundWork OfProcess { get; } = new();

    /// <param name="work">The work, which must end when it is canceled.</param>
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

    /// <summary>Waits until all running work has ended, successfully or not.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await Running().WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Waits, up to a time limit, until all running work has ended.</summary>
    /// <returns>Whether all work has ended.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var running = Running();
        await running.WaitAsync(limit, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return running.IsCompleted;
    }

    /// <summary>Stops all running work and waits until it has ended.</summary>
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
