using QwenChat.Batch;

namespace QwenChat;

/// <summary>A batch of requests, as it was when it was asked about. Immutable.</summary>
public sealed class QwenBatch
{
    internal QwenBatch(BatchRecord record, string root)
    {
        Record = record;
        Path = root;
        Parts = record.Parts.Select(part => new QwenBatchPart(part)).ToArray();
    }

    /// <summary>The name that it was started with.</summary>
    public string Name => Record.Name;

    /// <summary>
    /// How it stands: <c>Prepared</c>, <c>Uploaded</c>, <c>Creating</c>; then the service's words, <c>Validating</c>, <c>InProgress</c>, <c>Finalizing</c>,
    /// <c>Completed</c>, <c>Failed</c>, <c>Expired</c>, <c>Cancelling</c>, <c>Cancelled</c>. Of several parts the one that is behind counts.
    /// </summary>
    public string Status => (Record.Parts.FirstOrDefault(part => !part.HasEnded) ?? Record.Parts.FirstOrDefault(part => part.Status != BatchStatus.Completed)
        ?? Record.Parts[0]).Shown;

    /// <summary>How many requests it has.</summary>
    public int Requests => Record.Parts.Sum(part => part.Lines);

    /// <summary>How many of them are answered.</summary>
    public int Completed => Record.Parts.Sum(part => part.Completed);

    /// <summary>How many of them have failed.</summary>
    public int Failed => Record.Parts.Sum(part => part.Failed);

    /// <summary>The model that answers.</summary>
    public string Model => Record.Model;

    /// <summary>Whether the free test model answers instead.</summary>
    public bool IsRehearsal => Record.IsRehearsal;

    /// <summary>When it was started.</summary>
    public DateTimeOffset CreatedAt => Record.CreatedAt;

    /// <summary>When what has not run by then is given up; null until the service says so.</summary>
    public DateTimeOffset? ExpiresAt => Record.Parts.Min(part => part.ExpiresAt);

    /// <summary>Whether nothing more happens at the service, and the results can be received.</summary>
    public bool HasEnded => Record.HasEnded;

    /// <summary>Whether the results are on this machine.</summary>
    public bool IsReceived => Record.IsReceived;

    /// <summary>The estimated input of all requests.</summary>
    public long EstimatedInputTokens => Record.EstimatedInputTokens;

    /// <summary>The estimated cost of all requests; null where no price is known.</summary>
    public decimal? EstimatedCost => Record.EstimatedCost;

    /// <summary>The currency of the cost.</summary>
    public string? Currency => Record.Currency;

    /// <summary>The server that it is at.</summary>
    public string Server => Record.Server;

    /// <summary>The folder that batches are kept in.</summary>
    public string Path { get; }

    /// <summary>Its files of requests, each a batch of the service's.</summary>
    public IReadOnlyList<QwenBatchPart> Parts { get; }

    internal BatchRecord Record { get; }

    /// <summary>The name.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}

/// <summary>One file of a batch's requests, and the service's batch that it became.</summary>
public sealed class QwenBatchPart
{
    private readonly BatchPart _part;

    internal QwenBatchPart(BatchPart part) => _part = part;

    /// <summary>Its number, from 1.</summary>
    public int Number => _part.Number;

    /// <summary>The id of the service's batch; null where there is none yet.</summary>
    public string? BatchId => _part.BatchId;

    /// <summary>How it stands.</summary>
    public string Status => _part.Shown;

    /// <summary>How many requests it has.</summary>
    public int Requests => _part.Lines;

    /// <summary>How many of them are answered.</summary>
    public int Completed => _part.Completed;

    /// <summary>How many of them have failed.</summary>
    public int Failed => _part.Failed;

    /// <summary>The id of the file with the requests.</summary>
    public string? InputFileId => _part.FileId;

    /// <summary>The id of the file with the results; null where there is none.</summary>
    public string? OutputFileId => _part.OutputFileId;

    /// <summary>The id of the file with the errors; null where there is none.</summary>
    public string? ErrorFileId => _part.ErrorFileId;

    /// <summary>Why the service did not take it.</summary>
    public IReadOnlyList<string> Errors => _part.Faults.Select(fault => fault.Line is { } line ? $"Line {line}: {fault.Message}" : fault.Message).ToArray();

    /// <summary>The id of the service's batch, or the number.</summary>
    /// <returns>A short form for lists.</returns>
    public override string ToString() => BatchId ?? $"{Number}";
}
