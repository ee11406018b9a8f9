using QwenChat.Recall;

namespace QwenChat.Policy;

/// <summary>What one request carries of a conversation.</summary>
/// <param name="First">The first turn that the model sees word for word, from 0.</param>
/// <param name="Summary">What stands for the first turns; null when nothing does.</param>
internal sealed record ContextSelection(int First, QwenSummary? Summary)
{
    /// <summary>All turns, word for word.</summary>
    public static ContextSelection Whole { get; } = new(0, null);

    /// <summary>How many turns would be summarised before the request is sent, where it is only looked at.</summary>
    public int ToSummarize { get; init; }

    /// <summary>About how many tokens the request would have then.</summary>
    public long? TokensSummarized { get; init; }

    /// <summary>How many turns would be recalled, where it is only looked at.</summary>
    public int ToRecall { get; init; }

    /// <summary>The most input tokens, where the service refused a request as too long; null as long as it did not.</summary>
    public double? AtMost { get; init; }

    /// <summary>How often it was made harder because the service refused the request as too long.</summary>
    public int Hardened { get; init; }

    /// <summary>Earlier turns that are told of because the newest message seems to be about them; null for none.</summary>
    public RecalledText? Recalled { get; init; }

    /// <summary>
    /// The summary as a message of its own behind the instructions, which a cache thus knows whatever the summary says, and which alone have the
    /// authority of a system text. Empty where there is no summary.
    /// </summary>
    public IReadOnlyList<QwenItem> SummaryMessage { get; init; } = [];

    /// <summary>
    /// Whether the recalled turns stand before all other turns: the newest item is the result of a tool, before which nothing may stand.
    /// </summary>
    public bool RecalledLeads { get; init; }

    /// <summary>The recalled turns as a message of the request's own; empty where there are none, or where they are in the instructions.</summary>
    public IReadOnlyList<QwenItem> RecalledMessage => Recalled?.Message ?? [];

    /// <summary>The recalled turns.</summary>
    public IReadOnlyList<QwenRecalledTurn> RecalledTurns => Recalled?.Turns ?? [];

    /// <summary>How many of the first turns the summary stands for.</summary>
    public int Summarized => Summary?.LastTurn ?? 0;

    /// <summary>The text of a summary's message.</summary>
    public static string TextOf(QwenSummary summary) =>
        $"Summary of this conversation's turns 1 to {summary.LastTurn}, which are not repeated word for word. {QuotedText.IsData}\n\n"
            + QuotedText.Fence("summary", QuotedText.WithoutTags(summary.Text));

    /// <summary>The system text of the request: the conversation's own, and behind it what is recalled where that cannot have a message of its own.</summary>
    public string? Instructions(string? own) =>
        Recalled is not { Message.Count: 0 } ? own : string.IsNullOrEmpty(own) ? Recalled.Text : own + "\n\n" + Recalled.Text;
}
