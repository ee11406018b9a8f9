using System.Collections.Concurrent;
using QwenChat.Bulk;
using Xunit;

namespace QwenChat.Tests.Bulk;

/// <summary>Tests <see cref="BulkRun{TItem, TResult}"/> without a service. In most tests, the test itself decides when each task completes or fails.</summary>
public sealed class BulkRunTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Outcomes_are_returned_as_the_work_completes()
    {
        var bed = new Bed(limit: 3, ordered: false);
        bed.Start(0, 1, 2);
        Assert.True(bed.Run.IsFull);
        bed.Complete(2);
        Assert.Equal(("2", "result 2", null), await bed.TakeAsync());
        Assert.False(bed.Run.IsFull);
        bed.Fail(0, new InvalidOperationException("zero"));
        Assert.Equal(("0", null, "zero"), await bed.TakeAsync());
        bed.Complete(1);
        Assert.Equal(("1", "result 1", null), await bed.TakeAsync());
        Assert.Equal(0, bed.Run.UnderWay);
        Assert.False(bed.Run.TryTake(out _));
    }

    [Fact]
    public async Task Outcomes_are_returned_in_order_on_request()
    {
        var bed = new Bed(limit: 3, ordered: true);
        bed.Start(0, 1, 2);
        bed.Complete(2);
        bed.Fail(1, new InvalidOperationException("one"));
        bed.Complete(0);
        Assert.Equal(("0", "result 0", null), await bed.TakeAsync());
        Assert.Equal(("1", null, "one"), await bed.TakeAsync());
        Assert.Equal(("2", "result 2", null), await bed.TakeAsync());
    }

    [Fact]
    public async Task With_Ordered_a_slow_input_delays_at_most_four_times_as_many_inputs_as_the_limit()
    {
        var bed = new Bed(limit: 2, ordered: true);
        bed.Start(0);
        for (int i = 1; i < 8; i++)
        {
            Assert.False(bed.Run.IsFull);
            bed.Start(i);
            bed.Complete(i);
            Assert.True(await bed.Run.WaitAsync(default).AsTask().WaitAsync(Long));
            Assert.False(bed.Run.TryTake(out _));
        }
        Assert.True(bed.Run.IsFull);
        bed.Complete(0);
        for (int i = 0; i < 8; i++)
            Assert.Equal($"{i}", (await bed.TakeAsync()).Item);
        Assert.False(bed.Run.IsFull);
    }

    [Fact]
    public async Task Inputs_with_the_same_key_run_sequentially_in_order()
    {
        var run = new BulkRun<int, int>(new BulkOptions(8, Ordered: false));
        var key = new object();
        var began = new ConcurrentQueue<int>();
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Start(0, key, () => Begin(0, first.Task));
        for (int i = 1; i < 5; i++)
        {
            int number = i;
            run.Start(number, key, () => Begin(number, Task.FromException<int>(new InvalidOperationException())));
        }
        run.Start(9, new object(), () => Begin(9, Task.FromResult(9)));
        Assert.Equal(9, (await TakeAsync(run)).Item);
        first.SetResult(0);
        for (int i = 0; i < 5; i++)
            Assert.Equal(i, (await TakeAsync(run)).Item);
        Assert.Equal([0, 1, 2, 3, 4], began.Where(number => number != 9));

        Task<int> Begin(int number, Task<int> task)
        {
            began.Enqueue(number);
            return task;
        }
    }

    [Fact]
    public async Task Calls_run_on_the_thread_that_takes_outcomes()
    {
        var run = new BulkRun<int, int>(new BulkOptions(1, Ordered: false));
        int caller = 0;
        run.Start(0, null, async () =>
        {
            await run.CallAsync(() => caller = Environment.CurrentManagedThreadId, default);
            return caller;
        });
        int taker = 0;
        var outcome = await Task.Run(() =>
        {
            taker = Environment.CurrentManagedThreadId;
            BulkOutcome<int, int> taken;
            while (!run.TryTake(out taken))
                Assert.True(run.WaitAsync(default).AsTask().Wait(Long));
            return taken;
        });
        Assert.Equal(taker, caller);
        Assert.Equal(taker, outcome.Result);
    }

    [Fact]
    public async Task An_exception_in_a_call_is_thrown_by_TryTake_and_ends_the_work()
    {
        var run = new BulkRun<int, int>(new BulkOptions(1, Ordered: false));
        run.Start(7, null, async () =>
        {
            await run.CallAsync(() => throw new InvalidOperationException("here"), default);
            return 1;
        });
        await run.WaitAsync(default).AsTask().WaitAsync(Long);
        Assert.Equal("here", Assert.Throws<InvalidOperationException>(() => run.TryTake(out _)).Message);
        var outcome = await TakeAsync(run);
        Assert.Equal(7, outcome.Item);
        Assert.IsAssignableFrom<OperationCanceledException>(outcome.Failure);
    }

    [Fact]
    public async Task Work_that_fails_for_lack_of_budget_is_retried_alone()
    {
        int running = 0, most = 0;
        var tries = new ConcurrentDictionary<int, int>();
        var run = new BulkRun<int, string>(new BulkOptions(4, Ordered: true) { IsShortage = failure => failure is TimeoutException });
        for (int i = 0; i < 4; i++)
        {
            int number = i;
            run.Start(number, null, async () =>
            {
                int attempt = tries.AddOrUpdate(number, 1, (_, before) => before + 1);
                if (attempt == 2)
                    most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Yield();
                if (attempt == 2)
                    Interlocked.Decrement(ref running);
                // Item 1 fits the budget when it runs alone; item 2 never fits.
                return number is 1 && attempt == 1 || number is 2 ? throw new TimeoutException($"{number}") : $"done {number}";
            });
        }
        for (int i = 0; i < 4; i++)
        {
            var outcome = await TakeAsync(run);
            Assert.Equal(i, outcome.Item);
            Assert.Equal(i == 2 ? null : $"done {i}", outcome.Result);
            Assert.Equal(i == 2 ? "2" : null, outcome.Failure?.Message);
        }
        Assert.Equal([1, 2, 2, 1], Enumerable.Range(0, 4).Select(number => tries[number]));
        Assert.Equal(1, most);
        Assert.Equal(0, run.UnderWay);
    }

    [Fact]
    public async Task Disposal_waits_for_canceled_work()
    {
        using var stop = new CancellationTokenSource();
        var run = new BulkRun<int, int>(new BulkOptions(3, Ordered: false));
        int ended = 0;
        for (int i = 0; i < 3; i++)
        {
            run.Start(i, null, async () =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, stop.Token);
                }
                finally
                {
                    await Task.Yield();
                    Interlocked.Increment(ref ended);
                }
                return 1;
            });
        }
        var end = run.EndAsync();
        Assert.False(end.IsCompleted);
        await stop.CancelAsync();
        await end.WaitAsync(Long);
        Assert.Equal(3, ended);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_of_many_inputs_has_one_outcome(bool ordered)
    {
        var run = new BulkRun<int, int>(new BulkOptions(16, ordered));
        var seen = new List<int>();
        int running = 0, most = 0;
        for (int i = 0; i < 20_000; i++)
        {
            int number = i;
            while (run.IsFull)
                seen.Add((await TakeAsync(run)).Item);
            run.Start(number, null, async () =>
            {
                int now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                if (number % 3 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref running);
                return number % 20 == 0 ? throw new InvalidOperationException() : number;
            });
        }
        while (run.UnderWay > 0)
            seen.Add((await TakeAsync(run)).Item);
        Assert.Equal(Enumerable.Range(0, 20_000), ordered ? seen : seen.Order());
        Assert.InRange(most, 1, 16);
    }

    private static async Task<BulkOutcome<TItem, TResult>> TakeAsync<TItem, TResult>(BulkRun<TItem, TResult> run)
    {
        BulkOutcome<TItem, TResult> outcome;
        while (!run.TryTake(out outcome))
            await run.WaitAsync(default).AsTask().WaitAsync(Long);
        return outcome;
    }

    private sealed class Bed(int limit, bool ordered)
    {
        private readonly Dictionary<int, TaskCompletionSource<string>> _work = [];

        public BulkRun<string, string> Run { get; } = new(new BulkOptions(limit, ordered));

        public void Start(params int[] numbers)
        {
            foreach (int number in numbers)
            {
                var work = _work[number] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
                Run.Start($"{number}", null, () => work.Task);
            }
        }

        public void Complete(int number) => _work[number].SetResult($"result {number}");

        public void Fail(int number, Exception failure) => _work[number].SetException(failure);

        public async Task<(string Item, string? Result, string? Failure)> TakeAsync()
        {
            var outcome = await BulkRunTests.TakeAsync(Run);
            return (outcome.Item, outcome.Result, outcome.Failure?.Message);
        }
    }
}
