using QwenChat.Bulk;

namespace QwenChat.Commands.Bulk;

/// <summary>
/// Feeds a bulk run from a pipeline: every input that comes first waits for room, and what has completed meanwhile is taken on the pipeline thread. So the
/// commands before it never run ahead of those behind it by more than the limit.
/// </summary>
/// <param name="options">How many at once, and in which order.</param>
/// <param name="wait">Waits on the pipeline thread.</param>
/// <param name="take">Takes an outcome, on the pipeline thread. What it throws ends the command.</param>
/// <param name="cancellation">Cancelled when the command is stopped.</param>
internal sealed class BulkPipeline<TItem, TResult>(BulkOptions options, Action<Task> wait, Action<BulkOutcome<TItem, TResult>> take,
    CancellationToken cancellation)
{
    private readonly BulkRun<TItem, TResult> _run = new(options);

    /// <summary>How many inputs are under way.</summary>
    public long UnderWay => _run.UnderWay;

    /// <inheritdoc cref="BulkRun{TItem, TResult}.CallAsync"/>
    public Task CallAsync(Action action) => _run.CallAsync(action, cancellation);

    /// <summary>Waits for room, takes what has completed, and starts the work on an input.</summary>
    /// <inheritdoc cref="BulkRun{TItem, TResult}.Start"/>
    public void Add(TItem item, object? key, Func<Task<TResult>> run)
    {
        TakeReady();
        while (_run.IsFull)
        {
            wait(_run.WaitAsync(cancellation).AsTask());
            TakeReady();
        }
        _run.Start(item, key, run);
    }

    /// <summary>Takes all outcomes that are still to come.</summary>
    public void Finish()
    {
        TakeReady();
        while (_run.UnderWay > 0)
        {
            wait(_run.WaitAsync(cancellation).AsTask());
            TakeReady();
        }
    }

    /// <summary>Waits, after the cancellation, until nothing runs any more.</summary>
    public void End() => _run.EndAsync().GetAwaiter().GetResult();

    // Also what is not handed out yet, being out of order, makes room.
    private void TakeReady()
    {
        while (_run.TryTake(out var outcome))
            take(outcome);
    }
}
