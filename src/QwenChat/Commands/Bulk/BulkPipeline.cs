using QwenChat.Bulk;

namespace QwenChat.Commands.Bulk;

/// <summary>
/// Feeds a bulk run from a pipeline: each input waits until the limit allows another one, and completed results are taken on the pipeline thread. Therefore,
/// the upstream commands never run ahead of the downstream ones by more than the limit.
/// </summary>
/// <param name="options">The concurrency limit and the output order.</param>
/// <param name="wait">Waits on the pipeline thread.</param>
/// <param name="take">Takes an outcome, on the pipeline thread. An exception from it ends the command.</param>
/// <param name="cancellation">Canceled when the command is stopped.</param>
internal sealed class BulkPipeline<TItem, TResult>(BulkOptions options, Action<Task> wait, Action<BulkOutcome<TItem, TResult>> take,
    CancellationToken cancellation)
{
    private readonly BulkRun<TItem, TResult> _run = new(options);

    /// <summary>The number of running inputs.</summary>
    public long UnderWay => _run.UnderWay;

    /// <inheritdoc cref="BulkRun{TItem, TResult}.CallAsync"/>
    public Task CallAsync(Action action) => _run.CallAsync(action, cancellation);

    /// <summary>Waits for the limit to allow another input, takes completed results, and starts the work on an input.</summary>
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

    /// <summary>Takes all remaining outcomes.</summary>
    public void Finish()
    {
        TakeReady();
        while (_run.UnderWay > 0)
        {
            wait(_run.WaitAsync(cancellation).AsTask());
            TakeReady();
        }
    }

    /// <summary>Waits, after the cancellation, until no work is running.</summary>
    public void End() => _run.EndAsync().GetAwaiter().GetResult();

    // A completed result that is held back to keep the order no longer counts toward the limit.
    private void TakeReady()
    {
        while (_run.TryTake(out var outcome))
            take(outcome);
    }
}
