using QwenChat.Bulk;
using QwenChat.Commands.Bulk;
using Xunit;

namespace QwenChat.Tests.Bulk;

/// <summary>Tests how a <see cref="BulkPipeline{TItem, TResult}"/> accepts input and handles outcomes. A wait of more than 30 seconds fails the test.</summary>
public sealed class BulkPipelineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_slow_first_input_does_not_block_later_inputs_until_the_window_is_full()
    {
        var taken = new List<int>();
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pipeline = new BulkPipeline<int, int>(new BulkOptions(3, Ordered: true), Wait, outcome => taken.Add(outcome.Item), default);
        for (int i = 0; i < 12; i++)
        {
            int number = i;
            pipeline.Add(number, null, () => number == 0 ? slow.Task : Task.FromResult(number));
        }
        Assert.Empty(taken);
        slow.SetResult(0);
        pipeline.Add(12, null, () => Task.FromResult(12));
        Assert.NotEmpty(taken);
        pipeline.Finish();
        Assert.Equal(Enumerable.Range(0, 13), taken);
        Assert.Equal(0, pipeline.UnderWay);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void The_limit_applies_to_concurrent_inputs(int limit)
    {
        long most = 0;
        BulkPipeline<int, int>? pipeline = null;
        int taken = 0;
        pipeline = new BulkPipeline<int, int>(new BulkOptions(limit, Ordered: false), Wait, _ => taken++, default);
        for (int i = 0; i < 200; i++)
        {
            pipeline.Add(i, null, async () =>
            {
                await Task.Yield();
                return 1;
            });
            most = Math.Max(most, pipeline.UnderWay);
        }
        Assert.Equal(limit, most);
        pipeline.Finish();
        Assert.Equal(200, taken);
    }

    [Fact]
    public void An_exception_while_an_outcome_is_handled_ends_the_input()
    {
        var pipeline = new BulkPipeline<int, int>(new BulkOptions(1, Ordered: false), Wait, _ => throw new InvalidOperationException("enough"), default);
        pipeline.Add(0, null, () => Task.FromResult(0));
        Assert.Equal("enough", Assert.Throws<InvalidOperationException>(() => pipeline.Add(1, null, () => Task.FromResult(1))).Message);
        pipeline.End();
    }

    [Fact]
    public void A_shared_failure_ends_the_input_once_after_the_running_work()
    {
        var taken = new List<int>();
        BulkPipeline<int, int>? pipeline = null;
        pipeline = new BulkPipeline<int, int>(new BulkOptions(3, Ordered: true), Wait, outcome =>
        {
            if (outcome.Failure is null)
                taken.Add(outcome.Item);
            else
                pipeline!.EndWith(() => throw new InvalidOperationException($"no {outcome.Item}"));
        }, default);
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        pipeline.Add(0, null, () => throw new TimeoutException());
        pipeline.Add(1, null, () => throw new TimeoutException());
        pipeline.Add(2, null, () => slow.Task);
        _ = Task.Delay(50).ContinueWith(_ => slow.SetResult(2), TaskScheduler.Default);
        Assert.Equal("no 0", Assert.Throws<InvalidOperationException>(pipeline.Finish).Message);
        Assert.Equal([2], taken);
        pipeline.End();
    }

    private static void Wait(Task task) => Assert.True(task.Wait(Long), "The task did not complete within 30 s.");
}
