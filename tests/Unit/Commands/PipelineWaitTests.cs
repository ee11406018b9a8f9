using System.Runtime.CompilerServices;
using QwenChat.Commands;
using Xunit;

namespace QwenChat.Tests.Commands;

public class PipelineWaitTests
{
    private readonly PipelineWait _sleeper = new();
    private readonly ManualAwaiter _awaiter = new();

    [Fact]
    public void Completion_ends_the_wait()
    {
        _sleeper.Await(_awaiter);
        _awaiter.Call();
        Assert.True(_sleeper.SleepToEnd());
    }

    [Fact]
    public void A_wake_up_does_not_complete_the_wait()
    {
        _sleeper.Await(_awaiter);
        _sleeper.Wake();
        Assert.False(_sleeper.SleepToEnd());
    }

    // A task source can be completed before it has called its continuation. Reusing the source before that call would crash the process.
    [Fact]
    public void A_completed_source_that_has_not_called_its_continuation_is_awaited()
    {
        _sleeper.Await(_awaiter);
        _awaiter.IsCompleted = true;
        _sleeper.Wake();
        Assert.False(_sleeper.SleepToEnd());
    }

    [Fact]
    public void The_end_of_a_wait_does_not_end_the_next_wait()
    {
        _sleeper.Await(_awaiter);
        _awaiter.Call();
        _sleeper.SleepToEnd();
        _sleeper.Await(new ManualAwaiter());
        _sleeper.Wake();
        Assert.False(_sleeper.SleepToEnd());
    }

    private sealed class ManualAwaiter : ICriticalNotifyCompletion
    {
        private Action? _continuation;

        public bool IsCompleted { get; set; }

        public void Call() => _continuation!();

        public void OnCompleted(Action continuation) => _continuation = continuation;

        public void UnsafeOnCompleted(Action continuation) => OnCompleted(continuation);
    }
}
