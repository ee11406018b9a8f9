using System.Runtime.CompilerServices;

namespace QwenChat.Commands;

/// <summary>Blocks a thread until a task has completed. Other threads can wake the blocked thread to do other work.</summary>
internal sealed class PipelineWait
{
    private readonly object _gate = new();
    private readonly Action _end;
    private bool _woken;
    private bool _ended;

    public PipelineWait() => _end = End;

    /// <summary>Sets the task that <see cref="SleepToEnd"/> waits for. The previous task must have completed.</summary>
    /// <param name="awaiter">The awaiter of an incomplete task.</param>
    public void Await<TAwaiter>(TAwaiter awaiter)
        where TAwaiter : ICriticalNotifyCompletion
    {
        _ended = false;
        awaiter.UnsafeOnCompleted(_end);
    }

    /// <summary>
    /// Sleeps until the task's continuation has run or another thread wakes this thread. <c>IsCompleted</c> can be true earlier, but the task's source
    /// cannot be reused before the continuation has run.
    /// </summary>
    /// <returns>True if the task has completed.</returns>
    public bool SleepToEnd()
    {
        lock (_gate)
        {
            while (!_woken && !_ended)
                Monitor.Wait(_gate);
            _woken = false;
            return _ended;
        }
    }

    /// <summary>Wakes the sleeping thread. Can be called from any thread.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.Pulse(_gate);
        }
    }
}
