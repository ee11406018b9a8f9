using System.Management.Automation;
using QwenChat.Batch;
using QwenChat.Commands.Input;

namespace QwenChat.Commands;

/// <summary>Returns batches with their status. If the start of a batch was interrupted, completes the start.</summary>
[Cmdlet(VerbsCommon.Get, "QwenBatch")]
[OutputType(typeof(QwenBatch))]
public sealed class GetQwenBatchCommand : BatchCommand
{
    /// <summary>The names of the batches; all batches if omitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [Text("Name")]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Name, record =>
    {
        try
        {
            if (!record.HasEnded)
                record = Ask(record);
        }
        catch (QwenException failure) when (failure.Kind != QwenErrorKind.ApiKeyMissing)
        {
            FlushNotices();
            WriteError(RecordOf(failure, record.Name));
        }
        WriteObject(Show(record));
    });

    private BatchRecord Ask(BatchRecord record)
    {
        var engine = Engine(ConnectionOf(record));
        using var own = BatchLock.TryEnter(record);
        if (own is not null)
            return Wait(SettleAsync(BatchJournal.Read(record.Folder) ?? record, engine));
        Notices.Verbose($"Another process is working on the batch '{record.Name}'.");
        return Wait(engine.RefreshAsync(record, mayWrite: false, Cancellation));
    }
}
