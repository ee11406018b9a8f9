using QwenChat.Recall;

namespace QwenChat.Policy;

/// <summary>The part of a conversation that one request contains.</summary>
/// <param name="First">The index of the first turn that the model sees verbatim.</param>
/// <param name="Summary">The summary that replaces the first turns; null for no summary.</param>
internal sealed record SelectedContext(int First, QwenSummary? Summary)
{
    /// <summary>The selection of all turns, verbatim.</summary>
    public static SelectedContext Whole { get; } = new(0, null);

    /// <summary>In a preview, the number of turns that would be summarized before sending.</summary>
    public int ToSummarize { get; init; }

    /// <summary>In a preview, the approximate number of tokens of the request after summarizing.</summary>
    public long? TokensSummarized { get; init; }

    /// <summary>In a preview, the number of turns that would be recalled.</summary>
    public int ToRecall { get; init; }

    /// <summary>The maximum number of input tokens of a retry after the service rejected the request as too long; null without a rejection.</summary>
    public double? AtMost { get; init; }

    /// <summary>The number of times that the selection was made stricter because the service rejected the request as too long.</summary>
    public int Hardened { get; init; }

    /// <summary>The recalled turns, which are relevant to the newest message; null if no turns were recalled.</summary>
    public RecalledText? Recalled { get; init; }

    /// <summary>
    /// The summary as a separate message after the instructions; empty if there is no summary. As part of the instructions, each new summary would change the
    /// cacheable prefix, and the summary would have the authority of a system message.
    /// </summary>
    public IReadOnlyList<QwenItem> SummaryMessage { get; init; } = [];

    /// <summary>
    /// Whether the recalled turns precede all other turns. This is necessary if the newest item is a tool result, because no message may separate a result from
    /// its call.
    /// </summary>
    public bool RecalledLeads { get; init; }

    /// <summary>The recalled turns as a separate message; empty if no turns were recalled, or if they are in the instructions.</summary>
    public IReadOnlyList<QwenItem> RecalledMessage => Recalled?.Message ?? [];

    public IReadOnlyList<QwenRecalledTurn> RecalledTurns => Recalled?.Turns ?? [];

    /// <summary>The number of turns, counted from the first, that the summary replaces.</summary>
    public int Summarized => Summary?.LastTurn ?? 0;

    public static string TextOf(QwenSummary summary) =>
        $"Summary of this conversation's turns 1 to {summary.LastTurn}, which are not repeated word for word. {QuotedText.IsData}\n\n"
            + QuotedText.Fence("summary", QuotedText.WithoutTags(summary.Text));

    /// <summary>
    /// Returns the system message of the request: the instructions of the conversation, followed by the recalled text if it cannot be a separate
    /// message.
    /// </summary>
    public string? Instructions(string? own) =>
        Recalled is not { Message.Count: 0 } ? own : string.IsNullOrEmpty(own) ? Recalled.Text : own + "\n\n" + Recalled.Text;
}
