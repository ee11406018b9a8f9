namespace QwenChat.Cost;

/// <summary>The part of a limit reserved for a request in flight, until the request is counted or has failed.</summary>
internal sealed class Reservation : IDisposable
{
    private readonly Ledger _ledger;
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Reservation(Ledger ledger, long tokens, Charge? charge)
    {
        _ledger = ledger;
        Tokens = tokens;
        Charge = charge;
    }

    public long Tokens { get; }

    public Charge? Charge { get; }

    /// <summary>The rate limits that the reservation counts against.</summary>
    public List<TokenRateLimit> Charged { get; } = [];

    /// <summary>
    /// True once user code has received a chunk of the reply. Other requests then do not wait for this request, because the user code may be waiting for
    /// them.
    /// </summary>
    public bool IsLent { get; private set; }

    /// <summary>Completes when the request has ended, or when user code has received a chunk of the reply.</summary>
    public Task Decided => _decided.Task;

    public void Lend()
    {
        IsLent = true;
        _decided.TrySetResult();
    }

    public void Dispose()
    {
        _ledger.Release(this);
        _decided.TrySetResult();
    }
}
