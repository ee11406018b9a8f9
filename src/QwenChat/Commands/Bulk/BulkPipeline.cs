using QwenChat.Bulk;

namespace QwenChat.Commands.Bulk;

/// <summary>
/// Processes piped inputs concurrently, and handles the outcomes on the pipeline thread. While the concurrency limit is reached, no further input is
/// read.
/// </summary>
/// <param name="options">The concurrency limit and the output order.</param>
/// <param name="wait">Waits on the pipeline thread.</param>
/// <param name="take">Handles an outcome on the pipeline thread. An exception that it throws ends the command.</param>
/// <param name="cancellation">Canceled when the command is stopped.</param>
internal sealed class BulkPipeline<TItem, TResult>(BulkOptions options, Action<Task> wait, Action<BulkOutcome<TItem, TResult>> take,
    CancellationToken cancellation)
{
    private readonly BulkRun<TItem, TResult> _run = new(options);
    private bool _isEnding;

    /// <summary>The number of started inputs whose outcome has not been handled.</summary>
    public long UnderWay => _run.UnderWay;

    /// <inheritdoc cref="BulkRun{TItem, TResult}.CallAsync"/>
    public Task CallAsync(Action action) => _run.CallAsync(action, cancellation);

    /// <summary>Handles the available outcomes, waits until the concurrency limit allows another input, and starts to process the input.</summary>
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

    public void Finish()
    {
        TakeReady();
        while (_run.UnderWay > 0)
        {
            wait(_run.WaitAsync(cancellation).AsTask());
            TakeReady();
        }
    }

    /// <summary>
    /// Ends the command because of a failure that all further inputs would share. First handles the outcomes of running requests, which may be billed. Later
    /// calls are ignored.
    /// </summary>
    /// <param name="end">Reports the failure and ends the command.</param>
    public void EndWith(Action end)
    {
        if (_isEnding)
            return;
        _isEnding = true;
        Finish();
        end();
    }

    /// <summary>After cancellation, waits until no work is running.</summary>
    public void End() => _run.EndAsync().GetAwaiter().GetResult();

    // TryTake must be called even if outcomes are held back to keep the order, because only this call frees the slots of completed inputs.
    private void TakeReady()
    {
        while (_run.TryTake(out var outcome))
            take(outcome);
    }
}
