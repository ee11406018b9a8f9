using QwenChat.Model;

namespace QwenChat.Vectors;

/// <summary>
/// The turns of a conversation that wait to be embedded; one embedding at a time. Branches share it, as they share the turns, so that
/// none is embedded twice. Safe to use from several threads.
/// </summary>
internal sealed class EmbeddingQueue
{
    private static readonly TimeSpan s_nextLook = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<Waiting> _waiting = [];
    private string? _failure;
    private CancellationTokenSource? _background;

    /// <summary>A turn that waits.</summary>
    /// <param name="Turn">The turn.</param>
    /// <param name="Model">The embedding model.</param>
    /// <param name="Store">Where its vector is to be kept; null for memory.</param>
    private sealed record Waiting(QwenTurn Turn, string Model, QwenStore? Store);

    /// <summary>Puts a turn at the end.</summary>
    public void Add(QwenTurn turn, string model, QwenStore? store)
    {
        lock (_waiting)
            _waiting.Add(new Waiting(turn, model, store));
    }

    /// <summary>Takes out all that wait for a model and a place.</summary>
    public IReadOnlyList<QwenTurn> Take(string model, QwenStore? store)
    {
        lock (_waiting)
        {
            var taken = _waiting.FindAll(one => one.Model == model && one.Store == store);
            _waiting.RemoveAll(taken.Contains);
            return taken.ConvertAll(one => one.Turn);
        }
    }

    /// <summary>Lets go of the turns of a path: they are embedded otherwise.</summary>
    public void Forget(string model, QwenStore? store, TurnPath path)
    {
        lock (_waiting)
            _waiting.RemoveAll(one => one.Model == model && one.Store == store && one.Turn.Number <= path.Count && path[one.Turn.Number - 1] == one.Turn);
    }

    /// <summary>Notes why turns could not be embedded while nobody waited for it.</summary>
    public void Fail(string message) => Volatile.Write(ref _failure, message);

    /// <summary>What <see cref="Fail"/> noted last, once; null when there was nothing.</summary>
    public string? TakeFailure() => Interlocked.Exchange(ref _failure, null);

    /// <summary>How long someone who waits lets the background go on.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Does something in the background while nothing else of these turns is being embedded, until it is done or someone who waits takes over.
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
    /// Does something that someone waits for, while nothing else of these turns is being embedded. The background is not waited for for long.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="takenOver">Called when the background was ended for it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Action takenOver, CancellationToken cancellation)
    {
        bool told = false;
        // Other background work may wait before this, and is ended too when its time comes.
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
            // It has just ended by itself.
        }
    }
}
