using System.Security.Cryptography;
using QwenChat.Model;

namespace QwenChat.Batch;

/// <summary>
/// Runs the steps of a batch. Each step is written to the journal before the next one begins, so that any process can continue a batch whose process
/// was killed at any point: no batch is created twice, and no result is lost.
/// </summary>
/// <param name="service">The service that runs the batch.</param>
/// <param name="time">The service's clock.</param>
/// <param name="notices">Receives warnings and verbose messages for the user.</param>
internal sealed class BatchEngine(BatchService service, TimeProvider time, NoticeQueue notices)
{
    /// <summary>The time for which the service answers requests about a batch (mcp-bulk-findings).</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    /// <summary>A create request that was in transit when its process ended may still be processed a moment later.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    private const int Looks = 3;

    /// <summary>Uploads and creates every part that does not exist at the service, in the order of the parts.</summary>
    /// <param name="record">The batch. The caller holds its lock.</param>
    /// <param name="isFresh">Whether this process prepared the batch. Otherwise, the service may have more parts than the record shows.</param>
    /// <param name="cancellation">Cancels the operation; the batch can be continued later.</param>
    /// <exception cref="QwenException">A request failed; the batch can be continued later.</exception>
    public async Task<BatchRecord> StartAsync(BatchRecord record, bool isFresh, CancellationToken cancellation)
    {
        foreach (var part in record.Parts)
        {
            if (part.BatchId is null && !part.HasEnded)
                record = record.With(await StartAsync(record, part, isFresh, cancellation).ConfigureAwait(false));
        }
        return record;
    }

    /// <summary>Requests the status of the parts that are not completed.</summary>
    /// <param name="record">The batch.</param>
    /// <param name="mayWrite">Whether the caller holds the lock, so that completion can be recorded in the journal.</param>
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

    /// <summary>Cancels every part. A part that was never created at the service is marked as canceled and will not be created.</summary>
    public async Task<BatchRecord> StopAsync(BatchRecord record, CancellationToken cancellation)
    {
        foreach (var one in record.Parts)
        {
            var part = one;
            if (part.HasEnded)
                continue;
            if (part.BatchId is null && part.IsCreating)
                part = await FindOrderedAsync(record, part, isFresh: false, cancellation).ConfigureAwait(false) ?? part;
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
    /// <returns>The batch, and the parts that were just received.</returns>
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

    /// <summary>Deletes a batch's files at the service.</summary>
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

    private async Task<BatchPart> StartAsync(BatchRecord record, BatchPart part, bool isFresh, CancellationToken cancellation)
    {
        // An unreadable journal line may have recorded the batch.
        if (record.Unreadable > 0 && await service.FindByNoteAsync(record.NoteOf(part), record.CreatedAt, cancellation).ConfigureAwait(false) is { } known)
            return Created(record, part.With(known));
        if (part.FileId is null)
            part = await UploadAsync(record, part, cancellation).ConfigureAwait(false);
        if (part.IsCreating && await FindOrderedAsync(record, part, isFresh, cancellation).ConfigureAwait(false) is { } found)
            return found;
        if (!part.IsCreating)
        {
            part = part with { IsCreating = true };
            BatchJournal.Add(record, BatchStep.Creating, part);
        }
        try
        {
            return Created(record, part.With(await OrderAsync(record, part, cancellation).ConfigureAwait(false)));
        }
        catch (QwenException lost) when (lost.MayHaveArrived || lost.Status >= 500)
        {
            notices.Verbose($"The response to creating {record.Name} was lost: {lost.Message} Checking whether the batch was created.");
            if (await FindOrderedAsync(record, part, isFresh: false, cancellation).ConfigureAwait(false) is { } arrived)
                return arrived;
            throw;
        }
    }

    private async Task<BatchPart> UploadAsync(BatchRecord record, BatchPart part, CancellationToken cancellation)
    {
        string name = record.FileNameOf(part);
        string? file = part.IsUploading ? await service.FindFileAsync(name, part.Bytes, cancellation).ConfigureAwait(false) : null;
        if (file is null)
        {
            string path = BatchFiles.Requests(record.Folder, part.Number);
            CheckFile(record, part, path);
            if (!part.IsUploading)
                BatchJournal.Add(record, BatchStep.Uploading, part);
            file = await service.UploadAsync(path, name, cancellation).ConfigureAwait(false);
        }
        part = part with { IsUploading = true, FileId = file };
        BatchJournal.Add(record, BatchStep.Uploaded, part);
        return part;
    }

    private Task<ServiceBatch> OrderAsync(BatchRecord record, BatchPart part, CancellationToken cancellation) =>
        service.CreateAsync(part.FileId!, record.Endpoint, record.Window, record.Name, record.NoteOf(part), cancellation);

    /// <summary>Finds the batch of a part whose create request may have been processed; null if there is none.</summary>
    private async Task<BatchPart?> FindOrderedAsync(BatchRecord record, BatchPart part, bool isFresh, CancellationToken cancellation)
    {
        for (int look = 1; ; look++)
        {
            if (await service.FindAsync(part.FileId!, record.NoteOf(part), cancellation).ConfigureAwait(false) is { } batch)
                return Created(record, part.With(batch));
            if (isFresh || look == Looks)
                return null;
            await Task.Delay(s_settling, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    private static BatchPart Created(BatchRecord record, BatchPart part)
    {
        BatchJournal.Add(record, part.HasEnded ? BatchStep.Ended : BatchStep.Created, part);
        return part;
    }

    private async Task<BatchPart> CancelAsync(BatchRecord record, BatchPart part, string id, CancellationToken cancellation)
    {
        try
        {
            part = part.With(await service.CancelAsync(id, cancellation).ConfigureAwait(false));
        }
        catch (QwenException late) when (late.Status is 400 or 409)
        {
            // The batch may have completed in the meantime, which is acceptable; otherwise, the error is reported.
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
            throw new QwenException(QwenErrorKind.NotFound,
                $"The batch '{record.Name}' was started on {record.CreatedAt:yyyy-MM-dd}, and the service provides information about a batch for only 30 days. "
                + "Its results were "
                + $"not received in that time. If the console still lists the batch {id}, its output file can be downloaded there. Otherwise, start the "
                + "requests again with "
                + $"Receive-QwenBatch '{record.Name}' -Failed | Start-QwenBatch.", unknown) { Status = unknown.Status, RequestId = unknown.RequestId };
        }
    }

    private async Task DownloadAsync(BatchRecord record, string? fileId, string path, CancellationToken cancellation)
    {
        if (fileId is null)
            return;
        string temporary = path + ".tmp";
        try
        {
            await service.DownloadAsync(fileId, () => new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0), cancellation)
                .ConfigureAwait(false);
            File.Move(temporary, path, overwrite: true);
        }
        catch (QwenException gone) when (gone.Status is 404)
        {
            throw new QwenException(QwenErrorKind.NotFound,
                $"The file {fileId} with results of the batch '{record.Name}' no longer exists at the service, and it was never received. "
                + "To start the requests that have no result again, use Receive-QwenBatch -Failed | "
                + "Start-QwenBatch.", gone) { Status = gone.Status, RequestId = gone.RequestId };
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw BatchFolder.CannotWrite(path, unwritable);
        }
    }

    /// <summary>Verifies that the file is unchanged since it was written, so that no other requests are uploaded and billed.</summary>
    private static void CheckFile(BatchRecord record, BatchPart part, string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length == part.Bytes && Convert.ToHexString(SHA256.HashData(file)) == part.Sha256)
                return;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.StoreIncompatible, $"The requests of the batch '{record.Name}' cannot be read: "
                + $"{unreadable.Message}", unreadable);
        }
        throw new QwenException(QwenErrorKind.StoreIncompatible,
            $"'{path}' has changed since the batch '{record.Name}' was written, so it was not uploaded. Remove the batch, and start it again.");
    }
}
