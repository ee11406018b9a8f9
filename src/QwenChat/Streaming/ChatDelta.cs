namespace QwenChat.Streaming;

/// <summary>What one piece of an answer says.</summary>
internal enum ChatDeltaKind
{
    /// <summary>
    /// The answer has begun: <see cref="ChatDelta.Id"/>, <see cref="ChatDelta.Name"/> (the model), <see cref="ChatDelta.Time"/>. May come several
    /// times; the last word counts.
    /// </summary>
    Started,
    /// <summary>A piece of thinking in <see cref="ChatDelta.Text"/>.</summary>
    Thinking,
    /// <summary>A piece of the answer in <see cref="ChatDelta.Text"/>.</summary>
    Text,
    /// <summary>
    /// A piece of tool call number <see cref="ChatDelta.Index"/>: <see cref="ChatDelta.Id"/> and <see cref="ChatDelta.Name"/> when first named,
    /// arguments appended from <see cref="ChatDelta.Text"/>.
    /// </summary>
    ToolCall,
    /// <summary>A piece of audio in <see cref="ChatDelta.Text"/>, base64.</summary>
    Audio,
    /// <summary>A whole output item in <see cref="ChatDelta.Item"/>; it is the item's final word, text that came in pieces included.</summary>
    Item,
    /// <summary>
    /// All output items at the end of the answer, in <see cref="ChatDelta.Items"/>, and the calls among them in <see cref="ChatDelta.ToolCalls"/>:
    /// they replace what came before.
    /// </summary>
    Output,
    /// <summary>A page that was read, in <see cref="ChatDelta.SearchResult"/>.</summary>
    SearchResult,
    /// <summary>An image or another medium of the answer: its address in <see cref="ChatDelta.Text"/>, its kind in <see cref="ChatDelta.Name"/>.</summary>
    Medium,
    /// <summary>What comes beside the message, in <see cref="ChatDelta.Item"/>: kept and shown, and never sent back.</summary>
    Extra,
    /// <summary>Counts in <see cref="ChatDelta.Usage"/>; the last ones count (they are cumulative).</summary>
    Usage,
    /// <summary>The end: <see cref="ChatDelta.Text"/> is the finish reason, <see cref="ChatDelta.State"/> how it ended.</summary>
    Finished,
}

/// <summary>One piece of an answer, whichever API it came from. A struct: most events become exactly one.</summary>
internal readonly record struct ChatDelta(ChatDeltaKind Kind)
{
    public string? Text { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
    public int Index { get; init; }

    /// <summary>The service's id of the request, where the body names one.</summary>
    public string? RequestId { get; init; }

    /// <summary>The response that this one says it continues; empty when it says that it continues none, null when it does not say.</summary>
    public string? PreviousId { get; init; }

    /// <summary>True for a piece that comes together with the end of the answer, where some servers repeat all of it.</summary>
    public bool IsLast { get; init; }

    /// <summary>Which output item a piece belongs to, from 1; 0 where the service has no items.</summary>
    public int ItemNumber { get; init; }

    public IReadOnlyList<QwenItem>? Items { get; init; }
    public IReadOnlyList<QwenToolCall>? ToolCalls { get; init; }
    public DateTimeOffset? Time { get; init; }
    public QwenItem? Item { get; init; }
    public QwenUsage? Usage { get; init; }
    public QwenSearchResult? SearchResult { get; init; }
    public string State { get; init; } = QwenReplyState.Completed;

    /// <summary>True when deltas, from one on, say something of the answer itself.</summary>
    public static bool AreSaid(List<ChatDelta> deltas, int first)
    {
        for (int i = first; i < deltas.Count; i++)
        {
            if (deltas[i].Kind is ChatDeltaKind.Text or ChatDeltaKind.Thinking or ChatDeltaKind.ToolCall or ChatDeltaKind.Audio or ChatDeltaKind.Medium)
                return true;
        }
        return false;
    }
}
