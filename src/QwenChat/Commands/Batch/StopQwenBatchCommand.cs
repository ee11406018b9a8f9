using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Stops batches. Completed requests are billed, and their results are kept.</summary>
[Cmdlet(VerbsLifecycle.Stop, "QwenBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(QwenBatch))]
public sealed class StopQwenBatchCommand : NamedBatchCommand
{
    /// <summary>Writes the batches.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Name, record =>
    {
        if (!record.HasEnded && ShouldProcess($"batch {record.Name}", "Stop"))
        {
            var engine = Engine(ConnectionOf(record));
            record = Locked(record, current => engine.StopAsync(current, Cancellation));
        }
        if (PassThru)
            WriteObject(Show(record));
    });
}
