using QwenChat.Model;

namespace QwenChat.Vectors;

/// <summary>
/// The turns of a conversation to embed; one embedding runs at a time. Branches share the queue, as they share the turns, so that no turn is embedded
/// twice. Thread safe.
/// </summary>
internal sealed class EmbeddingQueue
{
    private static readonly TimeSpan s_nextLook = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<Waiting> _waiting = [];
    private string? _failure;
    private CancellationTokenSource? _background;

    /// <summary>A queued turn.</summary>
    /// <param name="Turn">The turn.</param>
    /// <param name="Model">The embedding model.</param>
    /// <param name="Store">The store for the vector; null to keep it in memory.</param>
    private sealed record Waiting(QwenTurn Turn, string Model, QwenStore? Store);

    /// <summary>Adds a turn at the end.</summary>
    public void Add(QwenTurn turn, string model, QwenStore? store)
    {
        lock (_waiting)
            _waiting.Add(new Waiting(turn, model, store));
    }

    /// <summary>Removes and returns all queued turns for a model and a store.</summary>
    public IReadOnlyList<QwenTurn> Take(string model, QwenStore? store)
    {
        lock (_waiting)
        {
            var taken = _waiting.FindAll(one => one.Model == model && one.Store == store);
            _waiting.RemoveAll(taken.Contains);
            return taken.ConvertAll(one => one.Turn);
        }
    }

    /// <summary>Removes the turns of a path from the queue, because they are embedded elsewhere.</summary>
    public void Forget(string model, QwenStore? store, TurnPath path)
    {
        lock (_waiting)
            _waiting.RemoveAll(one => one.Model == model && one.Store == store && one.Turn.Number <= path.Count && path[one.Turn.Number - 1] == one.Turn);
    }

    /// <summary>Records the reason that background embedding failed.</summary>
    public void Fail(string message) => Volatile.Write(ref _failure, message);

    /// <summary>Returns the last failure recorded by <see cref="Fail"/> and clears it; null when there is none.</summary>
    public string? TakeFailure() => Interlocked.Exchange(ref _failure, null);

    /// <summary>The time for which a waiting caller lets the background work continue.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Runs background work while no other embedding of these turns is running, until it ends or a waiting caller takes over.</summary>
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

    /// <summary>Runs work that a caller waits for, while no other embedding of these turns is running. Waits only briefly for background work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="takenOver">Called when background work was ended.</param>
    /// <param name="cancellation">Cancels waiting.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Action takenOver, CancellationToken cancellation)
    {
        bool told = false;
        // Other background work may be ahead of this call in the queue, and is ended too when it starts.
        for (var wait = Grace; !await _gate.WaitAsync(wait, cancellation).ConfigureAwait(false); wait = s_nextLook)
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
            // The work has just ended.
        }
    }
}
