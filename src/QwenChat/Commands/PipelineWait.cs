using System.Runtime.CompilerServices;

namespace QwenChat.Commands;

/// <summary>Lets a thread sleep until something is done that it waits for, and wakes it for other work in between.</summary>
internal sealed class PipelineWait
{
    private readonly object _gate = new();
    private readonly Action _end;
    private bool _woken;
    private bool _ended;

    public PipelineWait() => _end = End;

    /// <summary>Says what <see cref="SleepToEnd"/> waits for. One thing at a time, each to its end.</summary>
    /// <param name="awaiter">The awaiter of something that is not done yet.</param>
    public void Await<TAwaiter>(TAwaiter awaiter)
        where TAwaiter : ICriticalNotifyCompletion
    {
        _ended = false;
        awaiter.UnsafeOnCompleted(_end);
    }

    /// <summary>
    /// Sleeps until the end, or until someone wakes the thread. The end is the awaiter's call, and nothing else: that it is completed can be
    /// seen a moment earlier, while its source is still on the way to that call. Whoever goes on by then uses the source again under its hands.
    /// </summary>
    /// <returns>True at the end.</returns>
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

    /// <summary>Ends a sleep, from any thread.</summary>
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
