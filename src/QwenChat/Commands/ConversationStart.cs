using System.Collections;
using System.Globalization;

namespace QwenChat.Commands;

/// <summary>How a conversation begins.</summary>
internal sealed record ConversationStart
{
    public QwenApi? Api { get; init; }

    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public bool Stateless { get; init; }

    public string? PreviousResponseId { get; init; }

    public decimal? CostLimit { get; init; }

    public long? TokenLimit { get; init; }

    public required QwenOptions Options { get; init; }

    /// <summary>What belongs only where a conversation begins, and was given all the same.</summary>
    public string? FirstGiven =>
        Api is not null ? "-Api" : Name is not null ? "-Name" : Metadata is not null ? "-Metadata" : Stateless ? "-Stateless"
        : PreviousResponseId is not null ? "-PreviousResponseId" : CostLimit is not null ? "-CostLimit" : TokenLimit is not null ? "-TokenLimit" : null;

    public static IReadOnlyDictionary<string, string>? ReadMetadata(IDictionary? table) => table?.Cast<DictionaryEntry>().ToDictionary(
        entry => Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry => Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? "");
}
