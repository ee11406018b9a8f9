namespace QwenChat.Batch;

/// <summary>
/// One request file of a batch, and the service batch created from it. A batch has several parts if its requests exceed the limits of one file.
/// </summary>
/// <param name="Number">The part number, from 1.</param>
/// <param name="Lines">The number of requests in the file.</param>
/// <param name="Bytes">The size of the file, in bytes.</param>
/// <param name="Sha256">The SHA-256 hash of the file, in hexadecimal digits.</param>
internal sealed record BatchPart(int Number, int Lines, long Bytes, string Sha256)
{
    /// <summary>Whether the upload has been started; the file may already be on the service.</summary>
    public bool IsUploading { get; init; }

    /// <summary>The id of the uploaded file; null if the id is not known.</summary>
    public string? FileId { get; init; }

    /// <summary>Whether the create request may have been sent; the batch may already be on the service.</summary>
    public bool IsCreating { get; init; }

    /// <summary>The id of the service batch; null if the id is not known.</summary>
    public string? BatchId { get; init; }

    /// <summary>The last status that the service reported.</summary>
    public string? Status { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public int Completed { get; init; }

    public int Failed { get; init; }

    public IReadOnlyList<BatchFaultLine> Faults { get; init; } = [];

    /// <summary>Whether the results have been saved to disk.</summary>
    public bool IsReceived { get; init; }

    /// <summary>Whether the part has a final status.</summary>
    public bool HasEnded => BatchStatus.IsEnd(Status);

    /// <summary>The status as shown to the user.</summary>
    public string Shown => Status is { } status ? BatchStatus.Show(status)
        : IsCreating ? BatchStatus.Creating : FileId is not null ? BatchStatus.Uploaded : BatchStatus.Prepared;

    /// <summary>Returns the part with the properties that the service reports for its batch.</summary>
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
