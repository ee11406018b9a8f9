namespace QwenChat.Batch;

/// <summary>A batch as the service describes it (wire §11.2).</summary>
internal sealed record ServiceBatch(string Id, string Status)
{
    public string? InputFileId { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public int Total { get; init; }

    public int Completed { get; init; }

    public int Failed { get; init; }

    /// <summary>The value of <c>metadata.ds_description</c>; null if the server does not keep descriptions.</summary>
    public string? Description { get; init; }

    public IReadOnlyList<BatchFaultLine> Faults { get; init; } = [];
}
