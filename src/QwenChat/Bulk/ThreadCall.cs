namespace QwenChat.Bulk;

/// <summary>A call that a thread makes for others.</summary>
/// <param name="action">What it does.</param>
internal sealed class ThreadCall(Action action)
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the call was made; cancelled when it threw.</summary>
    public Task Made => _made.Task;

    /// <summary>Makes the call, on the thread that may.</summary>
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
