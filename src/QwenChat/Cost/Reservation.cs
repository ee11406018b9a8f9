namespace QwenChat.Cost;

/// <summary>What a request under way may use of a limit. It is held until the request is counted or has failed.</summary>
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

    /// <summary>The paces that were charged for it.</summary>
    public List<TokenPace> Charged { get; } = [];

    /// <summary>True once user code has a piece of the answer. Nobody waits for such a request: user code may be waiting for them.</summary>
    public bool IsLent { get; private set; }

    /// <summary>Ends when the request has ended, or user code has a piece of its answer.</summary>
    public Task Decided => _decided.Task;

    public void Lend()
    {
        IsLent = true;
        _decided.TrySetResult();
    }

    /// <summary>Gives back what was reserved. What the request did use is counted before.</summary>
    public void Dispose()
    {
        _ledger.Release(this);
        _decided.TrySetResult();
    }
}
