using System.Management.Automation;
using QwenChat.Batch;
using QwenChat.Commands.Input;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Waits until batches have completed, and returns them. Ctrl+C ends only the wait.</summary>
[Cmdlet(VerbsLifecycle.Wait, "QwenBatch")]
[OutputType(typeof(QwenBatch))]
public sealed class WaitQwenBatchCommand : NamedBatchCommand
{
    // The interval between status requests grows from the first value to the second, because a batch may take seconds or days. The service allows 1,000
    // status requests per minute (wire §11.2).
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1), s_longest = TimeSpan.FromMinutes(5);

    private QwenException? _overdue;

    /// <summary>The maximum time to wait. By default, the command waits until the batch has completed.</summary>
    [Parameter, Duration]
    public TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Name, record =>
    {
        try
        {
            WriteObject(Show(WaitFor(record)));
        }
        catch (PipelineStoppedException)
        {
            // A stopped pipeline accepts no warnings, but the host still does.
            Host.UI.WriteWarningLine(
                $"The batch '{record.Name}' continues on the service. Use Get-QwenBatch {SingleQuoted.Of(record.Name)} to see its status.");
            throw;
        }
    });

    /// <inheritdoc/>
    private protected override ErrorRecord RecordOf(QwenException failure, object? target)
    {
        var record = base.RecordOf(failure, target);
        // The advice about connection timeouts does not apply to this timeout.
        if (failure == _overdue)
            record.ErrorDetails = new ErrorDetails(SafeText.Show(failure.Message));
        return record;
    }

    private BatchRecord WaitFor(BatchRecord record)
    {
        if (record.HasEnded)
            return record;
        var engine = Engine(ConnectionOf(record));
        long started = Environment.TickCount64;
        string activity = $"Batch {record.Name}";
        try
        {
            for (var pause = s_shortest; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longest.Ticks)))
            {
                record = Locked(record, current => SettleAsync(current, engine));
                if (record.HasEnded)
                    return record;
                var shown = Show(record);
                int done = shown.Completed + shown.Failed;
                Notices.Progress(FormattableString.Invariant($"{activity}: {shown.Status}, {done:N0} of {shown.Requests:N0}"),
                    Math.Min(99, 100 * done / Math.Max(1, shown.Requests)));
                FlushNotices();
                var waited = TimeSpan.FromMilliseconds(Environment.TickCount64 - started);
                var left = Timeout == System.Threading.Timeout.InfiniteTimeSpan ? pause : Timeout - waited;
                if (left <= TimeSpan.Zero)
                    throw _overdue = new QwenException(QwenErrorKind.Timeout,
                        $"The batch '{record.Name}' did not complete within {Timeout} (-Timeout). It continues "
                        + "on the service.");
                Wait(Task.Delay(left < pause ? left : pause, Cancellation));
            }
        }
        finally
        {
            Notices.Progress(activity, 100);
        }
    }
}
