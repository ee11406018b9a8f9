using System.Text.Json.Serialization;

namespace QwenChat;

/// <summary>What stands for a conversation's first turns in its requests. Immutable; the turns themselves stay in the transcript.</summary>
public sealed record QwenSummary
{
    /// <summary>The summary.</summary>
    public required string Text { get; init; }

    /// <summary>The last turn that it covers; it covers all from the first.</summary>
    public required int LastTurn { get; init; }

    /// <summary>The model that wrote it.</summary>
    public string? Model { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the service counted for writing it, all calls together.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>About how many tokens it has.</summary>
    public long EstimatedTokens { get; init; }

    /// <summary>About how many tokens a request had where it stands now.</summary>
    public long EstimatedTokensBefore { get; init; }

    /// <summary>The identity of the last turn that it covers. Where another turn is in that place, the summary tells of something else.</summary>
    [JsonInclude]
    internal Guid Through { get; init; }

    /// <summary>How many turns behind it were to stay word for word when it was asked for by hand; null where the policy decides.</summary>
    [JsonInclude]
    internal int? KeepVerbatim { get; init; }

    /// <summary>The summary.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
