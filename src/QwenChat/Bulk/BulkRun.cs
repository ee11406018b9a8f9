using System.Threading.Channels;

namespace QwenChat.Bulk;

/// <summary>
/// Processes inputs concurrently on the thread pool, up to a limit. All members except <see cref="CallAsync"/> must be called on the same thread, so no
/// locks are needed.
/// </summary>
/// <param name="options">The concurrency limit and the order of the outcomes.</param>
internal sealed class BulkRun<TItem, TResult>(BulkOptions options)
{
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<object, Task> _lastOfKey = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<long, BulkOutcome<TItem, TResult>> _early = [];
    private readonly Queue<Work> _short = new();
    private bool _repeats;
    private int _running;
    private long _started;
    private long _taken;

    /// <summary>Whether outcomes must be taken before more work can start.</summary>
    public bool IsFull => _running >= options.Limit || _repeats || _short.Count > 0
        || (options.Ordered && UnderWay >= (long)options.Limit * BulkOptions.OrderedWindow);

    /// <summary>The number of started inputs whose outcomes have not been taken.</summary>
    public long UnderWay => _started - _taken;

    /// <summary>Starts the work on an input. The caller must check <see cref="IsFull"/> first.</summary>
    /// <param name="item">The input, which is returned with its outcome.</param>
    /// <param name="key">The key of the input; null for none. Inputs with the same key are processed sequentially, in order.</param>
    /// <param name="run">The work, which runs on the thread pool.</param>
    public void Start(TItem item, object? key, Func<Task<TResult>> run) => Begin(new Work(_started++, item, key, run));

    /// <summary>Takes the next outcome if one is available. Also runs the calls that the work has requested.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <returns>False if no outcome is available yet.</returns>
    public bool TryTake(out BulkOutcome<TItem, TResult> outcome)
    {
        while (true)
        {
            if (_early.Remove(_taken, out outcome))
            {
                _taken++;
                return true;
            }
            if (!_arrivals.Reader.TryRead(out var arrival))
                return false;
            if (arrival.Call is { } call)
            {
                call.Run();
                continue;
            }
            if (arrival.Work is not { } work)
                continue;
            _running--;
            _repeats = false;
            outcome = new BulkOutcome<TItem, TResult>(work.Item, arrival.Result, arrival.Failure);
            if (!work.IsRepeated && outcome.Failure is { } failure && options.IsShortage(failure))
                _short.Enqueue(work with { IsRepeated = true });
            else if (options.Ordered)
                _early.Add(work.Number, outcome);
            else
                _early.Add(_taken, outcome);
            if (_running == 0 && _short.TryDequeue(out var next))
            {
                _repeats = true;
                Begin(next);
            }
        }
    }

    /// <summary>Waits until <see cref="TryTake"/> can return an outcome or run a call.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _arrivals.Reader.WaitToReadAsync(cancellation);

    /// <summary>Runs a call on the thread that takes the outcomes. Called by the work.</summary>
    /// <param name="action">The call. An exception that it throws is rethrown on the thread that takes the outcomes, and cancels the returned task.</param>
    /// <param name="cancellation">Cancels the wait for the call.</param>
    public Task CallAsync(Action action, CancellationToken cancellation)
    {
        var call = new ThreadCall(action);
        _arrivals.Writer.TryWrite(new Arrival { Call = call });
        return call.Completion.WaitAsync(cancellation);
    }

    /// <summary>Waits until no work is running, and drops the outcomes. The work must be canceled first.</summary>
    public async Task EndAsync()
    {
        _short.Clear();
        while (_running > 0)
        {
            if ((await _arrivals.Reader.ReadAsync().ConfigureAwait(false)).Work is not null)
                _running--;
        }
    }

    private void Begin(Work work)
    {
        _running++;
        if (work.Key is null)
        {
            _ = Task.Run(() => RunAsync(work, null));
            return;
        }
        var before = _lastOfKey.GetValueOrDefault(work.Key);
        foreach (var (key, _) in _lastOfKey.Where(last => last.Value.IsCompleted).ToArray())
            _lastOfKey.Remove(key);
        _lastOfKey[work.Key] = Task.Run(() => RunAsync(work, before));
    }

    private async Task RunAsync(Work work, Task? before)
    {
        var arrival = new Arrival { Work = work };
        try
        {
            if (before is not null)
                await before.ConfigureAwait(false);
            arrival = arrival with { Result = await work.Run().ConfigureAwait(false) };
        }
        catch (Exception failure)
        {
            // No exception is swallowed: the failure is the input's outcome, and the caller decides how to handle it.
            arrival = arrival with { Failure = failure };
        }
        _arrivals.Writer.TryWrite(arrival);
    }

    private sealed record Work(long Number, TItem Item, object? Key, Func<Task<TResult>> Run)
    {
        /// <summary>Whether this work is a retry after a shortage. A retry runs while no other work is running.</summary>
        public bool IsRepeated { get; init; }
    }

    private readonly record struct Arrival
    {
        public Work? Work { get; init; }

        public TResult? Result { get; init; }

        public Exception? Failure { get; init; }

        public ThreadCall? Call { get; init; }
    }
}
