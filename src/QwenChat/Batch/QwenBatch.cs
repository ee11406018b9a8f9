using QwenChat.Batch;

namespace QwenChat;

/// <summary>A snapshot of a batch of requests. Immutable.</summary>
public sealed class QwenBatch
{
    internal QwenBatch(BatchRecord record, string root)
    {
        Record = record;
        Path = root;
        Parts = record.Parts.Select(part => new QwenBatchPart(part)).ToArray();
    }

    /// <summary>The name that the batch was started with.</summary>
    public string Name => Record.Name;

    /// <summary>
    /// The status: <c>Prepared</c>, <c>Uploaded</c>, <c>Creating</c>, and then the status on the service: <c>Validating</c>, <c>InProgress</c>,
    /// <c>Finalizing</c>, <c>Completed</c>, <c>Failed</c>, <c>Expired</c>, <c>Cancelling</c>, <c>Cancelled</c>. A batch with several parts has the status
    /// of the first part without a final status. If all parts have a final status, the batch has the status of the first part that did not complete, or
    /// <c>Completed</c>.
    /// </summary>
    public string Status => (Record.Parts.FirstOrDefault(part => !part.HasEnded) ?? Record.Parts.FirstOrDefault(part => part.Status != BatchStatus.Completed)
        ?? Record.Parts[0]).Shown;

    /// <summary>The number of requests.</summary>
    public int Requests => Record.Parts.Sum(part => part.Lines);

    /// <summary>The number of answered requests.</summary>
    public int Completed => Record.Parts.Sum(part => part.Completed);

    /// <summary>The number of failed requests.</summary>
    public int Failed => Record.Parts.Sum(part => part.Failed);

    /// <summary>The model that answers.</summary>
    public string Model => Record.Model;

    /// <summary>Whether the free test model answers instead of the requested model.</summary>
    public bool IsRehearsal => Record.IsRehearsal;

    /// <summary>The time when the batch was started.</summary>
    public DateTimeOffset CreatedAt => Record.CreatedAt;

    /// <summary>The expiration time of requests that have not run; null until the service reports the time.</summary>
    public DateTimeOffset? ExpiresAt => Record.Parts.Min(part => part.ExpiresAt);

    /// <summary>Whether every part has a final status, so that the results can be received.</summary>
    public bool HasEnded => Record.HasEnded;

    /// <summary>Whether the results are on this machine.</summary>
    public bool IsReceived => Record.IsReceived;

    /// <summary>The estimated number of input tokens of all requests.</summary>
    public long EstimatedInputTokens => Record.EstimatedInputTokens;

    /// <summary>The estimated cost of all requests; null if no price is known.</summary>
    public decimal? EstimatedCost => Record.EstimatedCost;

    /// <summary>The currency of the cost.</summary>
    public string? Currency => Record.Currency;

    /// <summary>The server that runs the batch.</summary>
    public string Server => Record.Server;

    /// <summary>The folder that contains the batches.</summary>
    public string Path { get; }

    /// <summary>The parts of the batch. Each part has one request file and one service batch.</summary>
    public IReadOnlyList<QwenBatchPart> Parts { get; }

    internal BatchRecord Record { get; }

    /// <summary>Returns the name.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}

/// <summary>One request file of a batch, and the service batch created from it.</summary>
public sealed class QwenBatchPart
{
    private readonly BatchPart _part;

    internal QwenBatchPart(BatchPart part) => _part = part;

    /// <summary>The part number, from 1.</summary>
    public int Number => _part.Number;

    /// <summary>The id of the service batch; null if the batch does not exist yet.</summary>
    public string? BatchId => _part.BatchId;

    /// <summary>The status.</summary>
    public string Status => _part.Shown;

    /// <summary>The number of requests.</summary>
    public int Requests => _part.Lines;

    /// <summary>The number of answered requests.</summary>
    public int Completed => _part.Completed;

    /// <summary>The number of failed requests.</summary>
    public int Failed => _part.Failed;

    /// <summary>The id of the request file.</summary>
    public string? InputFileId => _part.FileId;

    /// <summary>The id of the result file; null if the part has no result file.</summary>
    public string? OutputFileId => _part.OutputFileId;

    /// <summary>The id of the error file; null if the part has no error file.</summary>
    public string? ErrorFileId => _part.ErrorFileId;

    /// <summary>The errors that caused the service to reject the batch.</summary>
    public IReadOnlyList<string> Errors => _part.Faults.Select(fault => fault.Line is { } line ? $"Line {line}: {fault.Message}" : fault.Message).ToArray();

    /// <summary>Returns the id of the service batch, or the part number.</summary>
    /// <returns>A short form for lists.</returns>
    public override string ToString() => BatchId ?? $"{Number}";
}
