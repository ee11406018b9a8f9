using System.Management.Automation;
using QwenChat.Batch;

namespace QwenChat.Commands;

/// <summary>Removes batches from this machine, and their files from the service.</summary>
[Cmdlet(VerbsCommon.Remove, "QwenBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveQwenBatchCommand : NamedBatchCommand
{
    /// <summary>Also removes batches that have not completed, or whose results were not received. An incomplete batch is stopped first.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Name, record =>
    {
        if (!Force && !record.HasEnded)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The batch '{record.Name}' may not have completed. Wait for it (Wait-QwenBatch), stop it (Stop-QwenBatch), or use -Force to remove "
                + "it anyway.");
        if (!Force && !record.IsReceived && record.Parts.Any(part => part.OutputFileId is not null))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The results of the batch '{record.Name}' have not been received, and would be lost. Receive them (Receive-QwenBatch), or use -Force to "
                + "remove the batch anyway.");
        if (ShouldProcess($"batch {record.Name}", "Delete, including its files on the service"))
            Remove(record);
    });

    private void Remove(BatchRecord record)
    {
        if (record.Parts.Any(part => part.FileId is not null || part.IsUploading))
        {
            var engine = Engine(ConnectionOf(record));
            record = Locked(record, async current =>
            {
                current = await engine.StopAsync(current, Cancellation).ConfigureAwait(false);
                await engine.DeleteFilesAsync(current, Cancellation).ConfigureAwait(false);
                return current;
            });
        }
        BatchReservations.Release(record);
        try
        {
            Directory.Delete(record.Folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"The batch folder '{record.Folder}' cannot be removed: {kept.Message}", kept);
        }
    }
}
