using QwenChat.Http;
using Xunit;

namespace QwenChat.Tests.Http;

public sealed class RequestThrottleTests
{
    private readonly FakeTime _time = new();
    private readonly List<TimeSpan> _told = [];

    private Task<long> Enter(RequestThrottle pace, CancellationToken cancellation = default) => pace.EnterAsync(_told.Add, cancellation).AsTask();

    [Fact]
    public async Task Without_a_limit_no_request_waits()
    {
        var pace = new RequestThrottle(null, _time);
        for (int i = 0; i < 100; i++)
            Assert.Equal(_time.GetTimestamp(), await Enter(pace));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_limit_spaces_requests_evenly_in_the_order_of_their_callers()
    {
        var pace = new RequestThrottle(30, _time);
        long began = _time.GetTimestamp();
        var went = new List<(int Number, TimeSpan At)>();
        var all = Task.WhenAll(Enumerable.Range(0, 5).Select(async number =>
        {
            long at = await Enter(pace);
            lock (went)
                went.Add((number, _time.GetElapsedTime(began, at)));
            pace.Leave(wasAnswered: true);
        }));
        await _time.RunAsync(all);
        // Several callers may continue at the same time, so their entries are sorted by number.
        Assert.Equal([(0, 0d), (1, 2), (2, 4), (3, 6), (4, 8)], went.OrderBy(one => one.Number).Select(one => (one.Number, one.At.TotalSeconds)));
        Assert.All(_told, wait => Assert.Equal(2, wait.TotalSeconds));
    }

    [Fact]
    public async Task Idle_time_is_not_accumulated()
    {
        var pace = new RequestThrottle(60, _time);
        await Enter(pace);
        _time.Advance(TimeSpan.FromMinutes(5));
        await Enter(pace);
        var third = Enter(pace);
        Assert.False(third.IsCompleted);
        Assert.Equal([TimeSpan.FromSeconds(1)], await _time.RunAsync(third));
    }

    [Fact]
    public async Task A_canceled_wait_uses_no_slot()
    {
        var pace = new RequestThrottle(60, _time);
        await Enter(pace);
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 20).Select(_ => Enter(pace, stop.Token)).ToArray();
        await stop.CancelAsync();
        foreach (var one in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.Equal([TimeSpan.FromSeconds(1)], await _time.RunAsync(Enter(pace)));
    }

    [Fact]
    public async Task A_rejection_pauses_all_requests_once_and_halves_the_concurrency()
    {
        var pace = new RequestThrottle(null, _time);
        var entered = new List<long>();
        for (int i = 0; i < 8; i++)
            entered.Add(await Enter(pace));
        pace.Refuse(entered[0], TimeSpan.FromSeconds(10), isAsked: false);
        _time.Advance(TimeSpan.FromSeconds(3));
        // The other requests that were in progress are also rejected, which causes no second pause or halving.
        for (int i = 1; i < 8; i++)
            pace.Refuse(entered[i], TimeSpan.FromSeconds(10), isAsked: false);
        for (int i = 0; i < 8; i++)
            pace.Leave(wasAnswered: false);
        var again = Enumerable.Range(0, 8).Select(_ => Enter(pace)).ToArray();
        Assert.DoesNotContain(again, one => one.IsCompleted);
        Assert.Equal([TimeSpan.FromSeconds(7)], await _time.RunAsync(again[3]));
        Assert.Equal(4, again.Count(one => one.IsCompleted));
        // After each round of answers, one more concurrent request is allowed.
        for (int i = 0; i < 4; i++)
            pace.Leave(wasAnswered: true);
        await again[7];
        Assert.Equal(8, again.Count(one => one.IsCompleted));
        var ninth = await Enter(pace);
        var tenth = Enter(pace);
        Assert.False(tenth.IsCompleted);
        pace.Leave(wasAnswered: false);
        await tenth;
        Assert.True(ninth > entered[0]);
    }

    [Fact]
    public async Task A_later_rejection_halves_the_concurrency_again_down_to_one()
    {
        var pace = new RequestThrottle(null, _time);
        var entered = await Enter(pace);
        for (int i = 0; i < 3; i++)
        {
            pace.Refuse(entered, TimeSpan.FromSeconds(5), isAsked: false);
            pace.Leave(wasAnswered: false);
            var next = Enter(pace);
            Assert.Equal([TimeSpan.FromSeconds(5)], await _time.RunAsync(next));
            entered = await next;
        }
        var second = Enter(pace);
        Assert.False(second.IsCompleted);
        pace.Leave(wasAnswered: true);
        await second;
    }

    [Fact]
    public async Task The_longest_wait_requested_by_the_service_applies()
    {
        var pace = new RequestThrottle(null, _time);
        var (first, second) = (await Enter(pace), await Enter(pace));
        pace.Refuse(first, TimeSpan.FromSeconds(2), isAsked: false);
        pace.Refuse(second, TimeSpan.FromSeconds(20), isAsked: true);
        pace.Leave(wasAnswered: false);
        pace.Leave(wasAnswered: false);
        Assert.Equal([TimeSpan.FromSeconds(20)], await _time.RunAsync(Enter(pace)));
    }
}
