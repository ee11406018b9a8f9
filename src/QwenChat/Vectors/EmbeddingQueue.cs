using QwenChat.Model;

namespace QwenChat.Vectors;

/// <summary>
/// The queue of turns to embed for a conversation and its branches, which share turns. Only one embedding operation runs at a time. Thread-safe.
/// </summary>
internal sealed class EmbeddingQueue
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<Waiting> _waiting = [];
    private string? _failure;
    private CancellationTokenSource? _background;

    /// <summary>A queued turn. If <c>Store</c> is null, the vector is kept in memory.</summary>
    private sealed record Waiting(QwenTurn Turn, string Model, QwenStore? Store);

    public void Add(QwenTurn turn, string model, QwenStore? store)
    {
        lock (_waiting)
            _waiting.Add(new Waiting(turn, model, store));
    }

    public IReadOnlyList<QwenTurn> Take(string model, QwenStore? store)
    {
        lock (_waiting)
        {
            var taken = _waiting.FindAll(one => one.Model == model && one.Store == store);
            _waiting.RemoveAll(taken.Contains);
            return taken.ConvertAll(one => one.Turn);
        }
    }

    /// <summary>Removes the turns of a path from the queue, because the caller embeds them.</summary>
    public void Forget(string model, QwenStore? store, TurnPath path)
    {
        lock (_waiting)
            _waiting.RemoveAll(one => one.Model == model && one.Store == store && one.Turn.Number <= path.Count && path[one.Turn.Number - 1] == one.Turn);
    }

    public void Fail(string message) => Volatile.Write(ref _failure, message);

    /// <summary>Returns the last error recorded by <see cref="Fail"/> and clears it; null if no error was recorded.</summary>
    public string? TakeFailure() => Interlocked.Exchange(ref _failure, null);

    /// <summary>The time that background work may continue while <see cref="RunAsync"/> waits.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Waits until no other embedding operation is running, and runs background work. The work is canceled if <see cref="RunAsync"/> must wait for it
    /// longer than <see cref="Grace"/>.
    /// </summary>
    public async Task RunInBackgroundAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        await _gate.WaitAsync(stop).ConfigureAwait(false);
        using var own = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            Volatile.Write(ref _background, own);
            await work(own.Token).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _background, null);
            _gate.Release();
        }
    }

    /// <summary>
    /// Waits until no other embedding operation is running, and runs work for a caller. Background work that does not end in time is canceled.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="takenOver">Called when background work is canceled.</param>
    /// <param name="cancellation">Cancels waiting.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Action takenOver, CancellationToken cancellation)
    {
        bool told = false;
        // Other background work may acquire the semaphore before this call. That work is also canceled when it starts.
        for (var wait = Grace; !await _gate.WaitAsync(wait, cancellation).ConfigureAwait(false); wait = s_pollInterval)
        {
            if (Interlocked.Exchange(ref _background, null) is not { } background)
                continue;
            if (!told)
                takenOver();
            told = true;
            End(background);
        }
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static void End(CancellationTokenSource background)
    {
        try
        {
            background.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The background work has just ended, so there is nothing to cancel.
        }
    }
}
