using QwenChat.Vectors;
using Xunit;

namespace QwenChat.Tests.Vectors;

public class BackgroundWorkTests
{
    private readonly BackgroundWork _work = new();

    [Fact]
    public async Task All_started_work_is_awaited()
    {
        var go = new TaskCompletionSource();
        bool done = false;
        _work.Start(async _ => { await go.Task; done = true; });
        var waiting = _work.WaitAsync(default);
        Assert.False(waiting.IsCompleted);
        go.SetResult();
        await waiting;
        Assert.True(done);
    }

    [Fact]
    public async Task A_failure_does_not_affect_waiters()
    {
        _work.Start(_ => throw new InvalidOperationException("No."));
        await _work.WaitAsync(default);
    }

    [Fact]
    public async Task A_wait_can_be_stopped()
    {
        _work.Start(stop => Task.Delay(Timeout.Infinite, stop));
        using var stop = new CancellationTokenSource();
        var waiting = _work.WaitAsync(stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await _work.StopAsync();
    }

    [Fact]
    public async Task A_stop_ends_running_work_and_new_work_may_begin()
    {
        _work.Start(stop => Task.Delay(Timeout.Infinite, stop));
        await _work.StopAsync();
        bool ran = false;
        _work.Start(_ => { ran = true; return Task.CompletedTask; });
        await _work.WaitAsync(default);
        Assert.True(ran);
    }
}
