using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Batch;

/// <summary>
/// Runs the steps of a batch. Each step is recorded in the journal before the next step begins. If the process is killed, another process can
/// continue the batch without creating it twice or losing results.
/// </summary>
internal sealed class BatchEngine(BatchService service, TimeProvider time, NoticeQueue notices)
{
    /// <summary>The period during which the service provides information about a batch (wire §11.2).</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    private readonly BatchStart _start = new(service, notices);

    /// <inheritdoc cref="BatchStart.RunAsync"/>
    public Task<BatchRecord> StartAsync(BatchRecord record, bool isFresh, CancellationToken cancellation) => _start.RunAsync(record, isFresh, cancellation);

    /// <summary>Requests the status of the parts that are not completed.</summary>
    /// <param name="record">The batch.</param>
    /// <param name="mayWrite">Whether the caller holds the lock and can record completion in the journal.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    public async Task<BatchRecord> RefreshAsync(BatchRecord record, bool mayWrite, CancellationToken cancellation)
    {
        foreach (var part in record.Parts)
        {
            if (part.BatchId is not { } id || part.HasEnded)
                continue;
            var now = part.With(await GetAsync(record, part, id, cancellation).ConfigureAwait(false));
            if (now.HasEnded && mayWrite)
                BatchJournal.Add(record, BatchStep.Ended, now);
            record = record.With(now);
        }
        return record;
    }

    /// <summary>
    /// Cancels every part that has no final status. A part that was never created on the service is marked as canceled and will not be created.
    /// </summary>
    public async Task<BatchRecord> StopAsync(BatchRecord record, CancellationToken cancellation)
    {
        foreach (var one in record.Parts)
        {
            var part = one;
            if (part.HasEnded)
                continue;
            if (part.BatchId is null && part.IsCreating)
                part = await _start.FindCreatedAsync(record, part, isFresh: false, cancellation).ConfigureAwait(false) ?? part;
            if (part.BatchId is null)
            {
                part = part with { Status = BatchStatus.Cancelled };
                BatchJournal.Add(record, BatchStep.Ended, part);
            }
            else if (!part.HasEnded)
            {
                part = await CancelAsync(record, part, part.BatchId, cancellation).ConfigureAwait(false);
            }
            record = record.With(part);
        }
        return record;
    }

    /// <summary>Saves the results of every completed part to disk, unless they are already there.</summary>
    /// <returns>The batch, and the parts whose results were just saved.</returns>
    /// <exception cref="QwenException">The results cannot be downloaded or written.</exception>
    public async Task<(BatchRecord Record, IReadOnlyList<BatchPart> Received)> ReceiveAsync(BatchRecord record, CancellationToken cancellation)
    {
        var received = new List<BatchPart>();
        foreach (var part in record.Parts)
        {
            if (part.IsReceived && IsThere(record, part) || !part.HasEnded)
                continue;
            await DownloadAsync(record, part.OutputFileId, BatchFiles.Output(record.Folder, part.Number), cancellation).ConfigureAwait(false);
            await DownloadAsync(record, part.ErrorFileId, BatchFiles.Errors(record.Folder, part.Number), cancellation).ConfigureAwait(false);
            var now = part with { IsReceived = true };
            BatchJournal.Add(record, BatchStep.Received, now);
            record = record.With(now);
            // Results that were lost from disk and downloaded again have already been counted.
            if (!part.IsReceived)
                received.Add(now);
        }
        return (record, received);
    }

    /// <summary>Deletes a batch's files from the service.</summary>
    public async Task DeleteFilesAsync(BatchRecord record, CancellationToken cancellation)
    {
        foreach (string id in record.Parts.SelectMany(part => new[] { part.FileId, part.OutputFileId, part.ErrorFileId }).OfType<string>())
            await service.DeleteAsync(id, cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns whether the results of every part are on disk. A file may have been deleted since it was received.</summary>
    public static bool HasResults(BatchRecord record) => record.Parts.All(part => part.IsReceived && IsThere(record, part));

    private static bool IsThere(BatchRecord record, BatchPart part) =>
        (part.OutputFileId is null || File.Exists(BatchFiles.Output(record.Folder, part.Number)))
        && (part.ErrorFileId is null || File.Exists(BatchFiles.Errors(record.Folder, part.Number)));

    private async Task<BatchPart> CancelAsync(BatchRecord record, BatchPart part, string id, CancellationToken cancellation)
    {
        try
        {
            part = part.With(await service.CancelAsync(id, cancellation).ConfigureAwait(false));
        }
        catch (QwenException late) when (late.Status is 400 or 409)
        {
            // It is not an error if the batch completed before the cancellation arrived.
            part = part.With(await GetAsync(record, part, id, cancellation).ConfigureAwait(false));
            if (!part.HasEnded)
                throw;
        }
        if (part.HasEnded)
            BatchJournal.Add(record, BatchStep.Ended, part);
        return part;
    }

    private async Task<ServiceBatch> GetAsync(BatchRecord record, BatchPart part, string id, CancellationToken cancellation)
    {
        try
        {
            return await service.GetAsync(id, cancellation).ConfigureAwait(false);
        }
        catch (QwenException unknown) when (unknown.Status is 404 or 400 && time.GetUtcNow() - (part.CreatedAt ?? record.CreatedAt) > s_kept)
        {
            // Without a status, because the advice for an unknown id would contradict this message.
            throw new QwenException(QwenErrorKind.NotFound,
                FormattableString.Invariant($"The batch '{record.Name}' was started on {record.CreatedAt:yyyy-MM-dd}, and the service provides information ")
                + "about a batch for only 30 days. "
                + $"Its results were not received in that time. If the console still lists the batch {id}, download its output file there. Otherwise, start "
                + $"the requests again with Receive-QwenBatch {SingleQuoted.Of(record.Name)} -Failed | Start-QwenBatch.", unknown)
            { RequestId = unknown.RequestId };
        }
    }

    private async Task DownloadAsync(BatchRecord record, string? fileId, string path, CancellationToken cancellation)
    {
        if (fileId is null)
            return;
        string temporary = path + ".tmp";
        try
        {
            try
            {
                await service.DownloadAsync(fileId, () => new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0),
                    cancellation).ConfigureAwait(false);
                File.Move(temporary, path, overwrite: true);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        catch (QwenException gone) when (gone.Status is 404)
        {
            throw new QwenException(QwenErrorKind.NotFound,
                $"The result file {fileId} of the batch '{record.Name}' no longer exists on the service, and was never received. To restart the requests that "
                + $"have no result, use Receive-QwenBatch {SingleQuoted.Of(record.Name)} -Failed | Start-QwenBatch.", gone)
            { RequestId = gone.RequestId };
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw BatchFolder.CannotWrite(path, unwritable);
        }
    }
}
