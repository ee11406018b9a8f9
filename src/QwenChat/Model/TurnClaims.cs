namespace QwenChat.Model;

/// <summary>
/// Serializes changes to a conversation: one turn or one change to the history runs at a time, and other callers wait in order. While user code runs
/// between the chunks of a reply (the pipeline downstream, a tool, a loop over the stream), callers that would have to wait are rejected, because the user
/// code may be waiting for them.
/// </summary>
internal sealed class TurnClaims(TimeProvider time)
{
    /// <summary>
    /// The time for which user code may handle a chunk before waiting callers are rejected. Passing a chunk through a pipeline takes less time.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private TurnClaim? _owner;
    private TurnClaim? _finished;
    private ITimer? _timer;
    private object? _timerKey;

    /// <summary>Claims the conversation for a turn. Waits until running turns and changes have ended.</summary>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="QwenException">User code is handling a chunk of a turn's reply.</exception>
    public Task<TurnClaim> ForTurnAsync(CancellationToken cancellation) => EnterAsync(isTurn: true, cancellation);

    /// <summary>Claims the conversation for a change to its history. Does not wait for a turn whose reply is complete.</summary>
    /// <inheritdoc cref="ForTurnAsync"/>
    public Task<TurnClaim> ForChangeAsync(CancellationToken cancellation) => EnterAsync(isTurn: false, cancellation);

    /// <summary>
    /// Records that user code is handling a chunk of the reply. After the last chunk, the turn is complete, and its claim then excludes only other
    /// turns.
    /// </summary>
    internal void Lend(TurnClaim claim, bool isDone)
    {
        lock (_gate)
        {
            claim.IsLent = true;
            if (isDone && _owner == claim)
            {
                (_owner, _finished) = (null, claim);
                Admit();
            }
            if (_waiting.Count > 0)
                StartTimer();
        }
    }

    internal void TakeBack(TurnClaim claim)
    {
        lock (_gate)
        {
            claim.IsLent = false;
            StopTimer();
        }
    }

    internal void Release(TurnClaim claim)
    {
        lock (_gate)
        {
            if (_owner == claim)
                _owner = null;
            if (_finished == claim)
                _finished = null;
            Admit();
        }
    }

    private async Task<TurnClaim> EnterAsync(bool isTurn, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var waiter = new Waiter(isTurn);
        lock (_gate)
        {
            if (IsFree(isTurn))
                return _owner = new TurnClaim(this);
            _waiting.AddLast(waiter);
            if (Lent is not null && _timer is null)
                StartTimer();
        }
        using var stop = cancellation.UnsafeRegister(_ => Leave(waiter, cancellation), null);
        return await waiter.Admitted.Task.ConfigureAwait(false);
    }

    private bool IsFree(bool isTurn) => _owner is null && !(isTurn && _finished is not null);

    /// <summary>The claim whose reply user code is currently handling.</summary>
    private TurnClaim? Lent => _owner is { IsLent: true } ? _owner : _finished is { IsLent: true } ? _finished : null;

    private void Admit()
    {
        for (var node = _waiting.First; node is not null && _owner is null;)
        {
            var next = node.Next;
            if (IsFree(node.Value.IsTurn))
            {
                _waiting.Remove(node);
                node.Value.Admitted.SetResult(_owner = new TurnClaim(this));
            }
            node = next;
        }
        if (_waiting.Count == 0)
            StopTimer();
    }

    private void Leave(Waiter waiter, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_waiting.Remove(waiter))
                waiter.Admitted.SetCanceled(cancellation);
        }
    }

    private void StartTimer()
    {
        StopTimer();
        object key = _timerKey = new object();
        _timer = time.CreateTimer(_ => Refuse(key), null, Grace, Timeout.InfiniteTimeSpan);
    }

    private void StopTimer()
    {
        _timer?.Dispose();
        (_timer, _timerKey) = (null, null);
    }

    private void Refuse(object key)
    {
        lock (_gate)
        {
            // A stopped timer may fire once more.
            if (_timerKey != key || Lent is not { } lent)
                return;
            StopTimer();
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.IsTurn || lent == _owner)
                {
                    _waiting.Remove(node);
                    node.Value.Admitted.SetException(Refusal(node.Value.IsTurn));
                }
                node = next;
            }
        }
    }

    private static QwenException Refusal(bool isTurn) => new(QwenErrorKind.InvalidRequest, isTurn
        ? "The conversation is in the middle of a turn: its reply is still being processed by a downstream command, a tool, or a loop over the stream. "
            + "A message sent from that code would wait for a turn that cannot end. Send it after the turn has ended (collect the reply in a variable "
            + "first), or send it to a branch created with Copy-QwenConversation."
        : "The conversation is in the middle of a turn, and its history cannot be changed between two chunks of the reply. "
            + "Change it after the last chunk, which contains the reply, or change a branch created with Copy-QwenConversation.");

    private sealed record Waiter(bool IsTurn)
    {
        public TaskCompletionSource<TurnClaim> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
