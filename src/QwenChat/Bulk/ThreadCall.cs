namespace QwenChat.Bulk;

/// <summary>A call that one thread runs for other threads.</summary>
/// <param name="action">The action.</param>
internal sealed class ThreadCall(Action action)
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the call has run; canceled if the call threw an exception.</summary>
    public Task Made => _made.Task;

    /// <summary>Runs the call, on its thread.</summary>
    public void Make()
    {
        try
        {
            action();
            _made.TrySetResult();
        }
        finally
        {
            _made.TrySetCanceled();
        }
    }
}
