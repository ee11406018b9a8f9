using System.Text.Json.Serialization;

namespace QwenChat;

/// <summary>A summary that replaces a conversation's first turns in its requests. Immutable; the turns themselves stay in the transcript.</summary>
public sealed record QwenSummary
{
    /// <summary>The text of the summary.</summary>
    public required string Text { get; init; }

    /// <summary>The number of the last turn that the summary covers. All earlier turns are covered, too.</summary>
    public required int LastTurn { get; init; }

    /// <summary>The model that wrote the summary.</summary>
    public string? Model { get; init; }

    /// <summary>The time when the summary was written, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The total token usage of the calls that wrote the summary.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The approximate number of tokens in the summary.</summary>
    public long EstimatedTokens { get; init; }

    /// <summary>The approximate number of tokens that the summary replaced: the previous summary, and the turns after it.</summary>
    public long EstimatedTokensBefore { get; init; }

    /// <summary>The id of the last turn that the summary covers. If a different turn is at that position, the summary does not apply.</summary>
    [JsonInclude]
    internal Guid Through { get; init; }

    /// <summary>
    /// The minimum number of turns after the summary, if the command that requested it kept fewer turns than the policy; otherwise null.
    /// </summary>
    [JsonInclude]
    internal int? KeepVerbatim { get; init; }

    /// <summary>Returns the summary's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
