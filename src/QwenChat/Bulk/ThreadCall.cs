namespace QwenChat.Bulk;

/// <summary>A call that one thread runs for other threads.</summary>
internal sealed class ThreadCall(Action action)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the call has run. Canceled if the call threw an exception.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Runs the call. Must be called on the thread that the call is intended for.</summary>
    public void Run()
    {
        try
        {
            action();
            _completion.TrySetResult();
        }
        finally
        {
            _completion.TrySetCanceled();
        }
    }
}
