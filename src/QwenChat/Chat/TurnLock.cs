namespace QwenChat;

/// <summary>Lets one turn of a conversation run at a time; the others wait.</summary>
internal sealed class TurnLock
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);
    private object? _holder;

    /// <summary>Waits for the turn before. A caller that itself holds the lock is refused: it would wait for itself for ever.</summary>
    /// <param name="caller">What runs one thing at a time and so can wait for itself, such as a cmdlet's runspace; null when nothing does.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Releaser> EnterAsync(object? caller, CancellationToken cancellation)
    {
        if (caller is not null && ReferenceEquals(Volatile.Read(ref _holder), caller))
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "This conversation is in the middle of a streamed turn of the same pipeline. Let that turn end first, or send on a branch: Copy-QwenConversation.");
        }
        await _semaphore.WaitAsync(cancellation).ConfigureAwait(false);
        Volatile.Write(ref _holder, caller);
        return new Releaser(this);
    }

    internal readonly struct Releaser(TurnLock owner) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref owner._holder, null);
            owner._semaphore.Release();
        }
    }
}
