using System.Runtime.CompilerServices;
using QwenChat.Commands;
using Xunit;

namespace QwenChat.Tests.Commands;

public class PipelineWaitTests
{
    private readonly PipelineWait _sleeper = new();
    private readonly ManualAwaiter _awaiter = new();

    [Fact]
    public void The_end_ends_the_sleep()
    {
        _sleeper.Await(_awaiter);
        _awaiter.Call();
        Assert.True(_sleeper.SleepToEnd());
    }

    [Fact]
    public void Who_is_woken_has_not_come_to_the_end()
    {
        _sleeper.Await(_awaiter);
        _sleeper.Wake();
        Assert.False(_sleeper.SleepToEnd());
    }

    // A source that says it is completed and has not called yet is still at work; a thread that went on would end the process.
    [Fact]
    public void What_is_completed_but_has_not_called_is_waited_for()
    {
        _sleeper.Await(_awaiter);
        _awaiter.IsCompleted = true;
        _sleeper.Wake();
        Assert.False(_sleeper.SleepToEnd());
    }

    [Fact]
    public void The_end_of_one_is_not_the_end_of_the_next()
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
