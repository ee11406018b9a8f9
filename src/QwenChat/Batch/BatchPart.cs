namespace QwenChat.Batch;

/// <summary>One file of a batch's requests, and the service's batch that it became. A batch of more requests than a file may hold has several.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Lines">How many requests it has.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Sha256">The hash of the file, in hexadecimal digits.</param>
internal sealed record BatchPart(int Number, int Lines, long Bytes, string Sha256)
{
    /// <summary>Whether the upload was begun; the file may be at the service.</summary>
    public bool IsUploading { get; init; }

    /// <summary>The file at the service; null where it is not known to be there.</summary>
    public string? FileId { get; init; }

    /// <summary>Whether the batch was ordered; it may be at the service.</summary>
    public bool IsCreating { get; init; }

    /// <summary>The batch at the service; null where it is not known to be there.</summary>
    public string? BatchId { get; init; }

    /// <summary>The service's word for how the batch stands, as it was last read.</summary>
    public string? Status { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public int Completed { get; init; }

    public int Failed { get; init; }

    public IReadOnlyList<BatchFaultLine> Faults { get; init; } = [];

    /// <summary>Whether the results are on the disk.</summary>
    public bool IsReceived { get; init; }

    /// <summary>Whether nothing more happens to it.</summary>
    public bool HasEnded => BatchStatus.IsEnd(Status);

    /// <summary>How it stands, in one word.</summary>
    public string Shown => Status is { } status ? BatchStatus.Show(status)
        : IsCreating ? BatchStatus.Creating : FileId is not null ? BatchStatus.Uploaded : BatchStatus.Prepared;

    /// <summary>The part with what the service says of its batch.</summary>
    public BatchPart With(ServiceBatch batch) => this with
    {
        BatchId = batch.Id,
        Status = batch.Status,
        CreatedAt = batch.CreatedAt ?? CreatedAt,
        ExpiresAt = batch.ExpiresAt ?? ExpiresAt,
        OutputFileId = batch.OutputFileId,
        ErrorFileId = batch.ErrorFileId,
        Completed = Math.Min(batch.Completed, Lines),
        Failed = Math.Min(batch.Failed, Lines),
        Faults = batch.Faults,
    };
}
