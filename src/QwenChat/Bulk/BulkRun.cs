using System.Threading.Channels;

namespace QwenChat.Bulk;

/// <summary>
/// Works on many inputs, a limited number at once, for one thread that starts the work and takes its outcomes. The work runs on the thread pool; what it may
/// do on that one thread alone goes through <see cref="CallAsync"/>. All other members belong to that thread, so nothing here is locked.
/// </summary>
/// <param name="options">How many at once, and in which order the outcomes come.</param>
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

    /// <summary>Whether outcomes have to be taken before more work may start.</summary>
    public bool IsFull => _running >= options.Limit || _repeats || _short.Count > 0
        || (options.Ordered && UnderWay >= (long)options.Limit * BulkOptions.OrderedWindow);

    /// <summary>How many inputs were started whose outcome was not taken yet.</summary>
    public long UnderWay => _started - _taken;

    /// <summary>Starts the work on an input. Whether there is room is up to the caller: see <see cref="IsFull"/>.</summary>
    /// <param name="item">The input, which comes back with its outcome.</param>
    /// <param name="key">Inputs with the same key are worked on one after the other, in their order; null for none.</param>
    /// <param name="run">The work; called on the thread pool.</param>
    public void Start(TItem item, object? key, Func<Task<TResult>> run) => Begin(new Work(_started++, item, key, run));

    /// <summary>Takes the next outcome if there is one. Calls that the work asks for are made here.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <returns>False when there is none yet.</returns>
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
                call.Make();
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

    /// <summary>Waits until <see cref="TryTake"/> has something to do.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _arrivals.Reader.WaitToReadAsync(cancellation);

    /// <summary>Has the thread that takes the outcomes make a call. Called by the work.</summary>
    /// <param name="action">The call. What it throws is thrown on that thread, and ends the work too.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    public Task CallAsync(Action action, CancellationToken cancellation)
    {
        var call = new ThreadCall(action);
        _arrivals.Writer.TryWrite(new Arrival { Call = call });
        return call.Made.WaitAsync(cancellation);
    }

    /// <summary>Waits until nothing runs any more; outcomes are dropped. The work has been cancelled before.</summary>
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
            // Nothing is swallowed: the failure is the input's outcome, and whoever takes it decides.
            arrival = arrival with { Failure = failure };
        }
        _arrivals.Writer.TryWrite(arrival);
    }

    private sealed record Work(long Number, TItem Item, object? Key, Func<Task<TResult>> Run)
    {
        /// <summary>Whether this is the second try, with nothing else under way.</summary>
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
