using System.Collections.Immutable;

namespace QwenChat.Batch;

/// <summary>A batch as its journal tells of it.</summary>
/// <param name="Id">The journal's own id, which the service's batch has in its notes.</param>
/// <param name="Name">The name that the user gave it.</param>
/// <param name="Folder">Where it is kept.</param>
internal sealed record BatchRecord(string Id, string Name, string Folder)
{
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The address that the batch is at.</summary>
    public required string Server { get; init; }

    /// <summary>The model that was asked for; of a rehearsal the one that would be.</summary>
    public required string Model { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>The completion window, as the service writes it.</summary>
    public required string Window { get; init; }

    public bool IsRehearsal { get; init; }

    /// <summary>What the requests were expected to use and cost.</summary>
    public long EstimatedInputTokens { get; init; }

    public decimal? EstimatedCost { get; init; }

    public string? Currency { get; init; }

    public required ImmutableArray<BatchPart> Parts { get; init; }

    /// <summary>How many lines of the journal could not be read.</summary>
    public int Unreadable { get; init; }

    /// <summary>Whether every part is at the service, or will never be.</summary>
    public bool IsStarted => Parts.All(part => part.BatchId is not null || part.HasEnded);

    /// <summary>Whether nothing more happens at the service.</summary>
    public bool HasEnded => Parts.All(part => part.HasEnded);

    /// <summary>Whether all results are on the disk.</summary>
    public bool IsReceived => Parts.All(part => part.IsReceived);

    /// <summary>The note by which the service's batch of a part is known.</summary>
    public string NoteOf(BatchPart part) => $"QwenChat {Id}/{part.Number}";

    /// <summary>The name of a part's file at the service.</summary>
    public string FileNameOf(BatchPart part) => $"qwenchat-{Id}-{part.Number}.jsonl";

    /// <summary>The record with another state of a part.</summary>
    public BatchRecord With(BatchPart part) => this with { Parts = Parts.SetItem(part.Number - 1, part) };
}
