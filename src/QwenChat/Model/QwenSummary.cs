using System.Text.Json.Serialization;

namespace QwenChat;

/// <summary>A summary that replaces a conversation's first turns in its requests. Immutable; the turns themselves stay in the transcript.</summary>
public sealed record QwenSummary
{
    /// <summary>The text of the summary.</summary>
    public required string Text { get; init; }

    /// <summary>The number of the last turn that the summary covers. The summary covers all turns up to and including that turn.</summary>
    public required int LastTurn { get; init; }

    /// <summary>The model that wrote the summary.</summary>
    public string? Model { get; init; }

    /// <summary>The time when the summary was written, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The token usage of writing the summary, for all calls together.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The approximate number of tokens in the summary.</summary>
    public long EstimatedTokens { get; init; }

    /// <summary>The approximate number of tokens that the summary replaced: those of the turns since the previous summary, and of that summary.</summary>
    public long EstimatedTokensBefore { get; init; }

    /// <summary>The id of the last turn that the summary covers. If a different turn is at that position, the summary does not apply.</summary>
    [JsonInclude]
    internal Guid Through { get; init; }

    /// <summary>
    /// The number of later turns to keep verbatim, for a summary that was requested explicitly; null if the policy determines the number.
    /// </summary>
    [JsonInclude]
    internal int? KeepVerbatim { get; init; }

    /// <summary>Returns the summary's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
