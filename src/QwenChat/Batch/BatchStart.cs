using System.Security.Cryptography;
using QwenChat.Model;

namespace QwenChat.Batch;

/// <summary>
/// Uploads the requests of a batch and creates the batch on the service, exactly once. Each step is recorded in the journal before its request is sent. A
/// process that continues a batch first checks whether the service has completed the recorded step.
/// </summary>
internal sealed class BatchStart(BatchService service, NoticeQueue notices)
{
    /// <summary>The delay between two searches for a batch that the service may still be creating.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    private const int MostSearches = 3;

    /// <summary>Uploads and creates every part that does not exist on the service, in the order of the parts.</summary>
    /// <param name="record">The batch. The caller holds its lock.</param>
    /// <param name="isFresh">Whether this process prepared the batch. Otherwise, the service may have more parts than the record shows.</param>
    /// <param name="cancellation">Cancels the operation; the batch can be continued later.</param>
    /// <exception cref="QwenException">A request failed; the batch can be continued later.</exception>
    public async Task<BatchRecord> RunAsync(BatchRecord record, bool isFresh, CancellationToken cancellation)
    {
        foreach (var part in record.Parts)
        {
            if (part.BatchId is null && !part.HasEnded)
                record = record.With(await StartAsync(record, part, isFresh, cancellation).ConfigureAwait(false));
        }
        return record;
    }

    private async Task<BatchPart> StartAsync(BatchRecord record, BatchPart part, bool isFresh, CancellationToken cancellation)
    {
        // The batch may have been recorded in a journal line that is now unreadable.
        if (record.Unreadable > 0 && await service.FindByNoteAsync(record.NoteOf(part), record.CreatedAt, cancellation).ConfigureAwait(false) is { } known)
            return Created(record, part.With(known));
        if (part.FileId is null)
            part = await UploadAsync(record, part, cancellation).ConfigureAwait(false);
        if (part.IsCreating && await FindCreatedAsync(record, part, isFresh, cancellation).ConfigureAwait(false) is { } found)
            return found;
        if (!part.IsCreating)
        {
            part = part with { IsCreating = true };
            BatchJournal.Add(record, BatchStep.Creating, part);
        }
        try
        {
            return Created(record, part.With(await CreateAsync(record, part, cancellation).ConfigureAwait(false)));
        }
        catch (QwenException lost) when (lost.MayHaveArrived || lost.Status >= 500)
        {
            notices.Verbose($"The response to the request that creates the batch '{record.Name}' was lost: {lost.Message} Checking whether "
                + "the batch was created.");
            if (await FindCreatedAsync(record, part, isFresh: false, cancellation).ConfigureAwait(false) is { } arrived)
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

    private Task<ServiceBatch> CreateAsync(BatchRecord record, BatchPart part, CancellationToken cancellation) =>
        service.CreateAsync(part.FileId!, record.Endpoint, record.Window, record.Name, record.NoteOf(part), cancellation);

    /// <summary>Finds the batch of a part whose create request may have been processed. Returns null if the service does not have the batch.</summary>
    public async Task<BatchPart?> FindCreatedAsync(BatchRecord record, BatchPart part, bool isFresh, CancellationToken cancellation)
    {
        for (int search = 1; ; search++)
        {
            if (await service.FindAsync(part.FileId!, record.NoteOf(part), cancellation).ConfigureAwait(false) is { } batch)
                return Created(record, part.With(batch));
            if (isFresh || search == MostSearches)
                return null;
            await Task.Delay(s_settling, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    private static BatchPart Created(BatchRecord record, BatchPart part)
    {
        BatchJournal.Add(record, part.HasEnded ? BatchStep.Ended : BatchStep.Created, part);
        return part;
    }

    /// <summary>Verifies that the file is unchanged since it was written, so that only the original requests are uploaded and billed.</summary>
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
            $"The batch '{record.Name}' was not uploaded, because its file '{path}' has been changed. Remove the batch, and start a new batch.");
    }
}
