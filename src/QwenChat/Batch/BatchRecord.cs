using System.Collections.Immutable;

namespace QwenChat.Batch;

/// <summary>The state of a batch as recorded in its journal.</summary>
/// <param name="Id">The id of the journal, which is part of the service batch's description.</param>
/// <param name="Name">The name that the user chose.</param>
/// <param name="Folder">The path of the batch's folder.</param>
internal sealed record BatchRecord(string Id, string Name, string Folder)
{
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The address of the server that runs the batch.</summary>
    public required string Server { get; init; }

    /// <summary>The requested model; for a rehearsal, the model that the real batch would use.</summary>
    public required string Model { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>The completion window, in the service's notation.</summary>
    public required string Window { get; init; }

    public bool IsRehearsal { get; init; }

    public long EstimatedInputTokens { get; init; }

    public decimal? EstimatedCost { get; init; }

    public string? Currency { get; init; }

    public required ImmutableArray<BatchPart> Parts { get; init; }

    /// <summary>The number of journal lines that could not be read.</summary>
    public int Unreadable { get; init; }

    /// <summary>Whether every part is on the service or will never be created.</summary>
    public bool IsStarted => Parts.All(part => part.BatchId is not null || part.HasEnded);

    public bool HasEnded => Parts.All(part => part.HasEnded);

    public bool IsReceived => Parts.All(part => part.IsReceived);

    /// <summary>Returns the description that identifies the service batch of a part.</summary>
    public string NoteOf(BatchPart part) => $"QwenChat {Id}/{part.Number}";

    /// <summary>Returns the name of a part's file on the service.</summary>
    public string FileNameOf(BatchPart part) => $"qwenchat-{Id}-{part.Number}.jsonl";

    public BatchRecord With(BatchPart part) => this with { Parts = Parts.SetItem(part.Number - 1, part) };
}
