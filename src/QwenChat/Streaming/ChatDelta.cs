namespace QwenChat.Streaming;

internal enum ChatDeltaKind
{
    /// <summary>
    /// The response has begun. <see cref="ChatDelta.Id"/>, <see cref="ChatDelta.Name"/> (the model) and <see cref="ChatDelta.Time"/> are set if they
    /// are known. A later delta of this kind replaces the values that it sets.
    /// </summary>
    Started,
    /// <summary>A part of the thinking, in <see cref="ChatDelta.Text"/>.</summary>
    Thinking,
    /// <summary>A part of the reply's text, in <see cref="ChatDelta.Text"/>.</summary>
    Text,
    /// <summary>
    /// A part of tool call number <see cref="ChatDelta.Index"/>. <see cref="ChatDelta.Id"/> and <see cref="ChatDelta.Name"/> are set in the delta
    /// in which the server sends them; <see cref="ChatDelta.Text"/> is the next part of the arguments.
    /// </summary>
    ToolCall,
    /// <summary>A chunk of audio, encoded as base64 in <see cref="ChatDelta.Text"/>.</summary>
    Audio,
    /// <summary>A complete output item, in <see cref="ChatDelta.Item"/>. It replaces the deltas of the item.</summary>
    Item,
    /// <summary>
    /// All output items at the end of the response: the items in <see cref="ChatDelta.Items"/>, and the tool calls among them in
    /// <see cref="ChatDelta.ToolCalls"/>. The items replace all previous deltas.
    /// </summary>
    Output,
    /// <summary>A page found by a search, in <see cref="ChatDelta.SearchResult"/>.</summary>
    SearchResult,
    /// <summary>An image or other media item of the reply: its URL in <see cref="ChatDelta.Text"/>, its kind in <see cref="ChatDelta.Name"/>.</summary>
    Medium,
    /// <summary>An item that accompanies the message, in <see cref="ChatDelta.Item"/>. The item is kept and shown, but never sent back.</summary>
    Extra,
    /// <summary>The cumulative usage in <see cref="ChatDelta.Usage"/>; the last delta of this kind is used.</summary>
    Usage,
    /// <summary>
    /// The response has ended. <see cref="ChatDelta.Text"/> is the finish reason, and <see cref="ChatDelta.State"/> is the final state.
    /// </summary>
    Finished,
}

/// <summary>One delta of a response, from any API. It is a struct to avoid an allocation for each event.</summary>
internal readonly record struct ChatDelta(ChatDeltaKind Kind)
{
    public string? Text { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
    public int Index { get; init; }

    /// <summary>The service's id of the request, if the body contains one.</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// The id of the previous response; empty if the service reports that there is no previous response, null if the service does not report it.
    /// </summary>
    public string? PreviousId { get; init; }

    /// <summary>True for a delta that arrives together with the end of the response. Some servers repeat the whole reply in this delta.</summary>
    public bool IsLast { get; init; }

    /// <summary>The number of the delta's output item, from 1; 0 if the API has no items.</summary>
    public int ItemNumber { get; init; }

    public IReadOnlyList<QwenItem>? Items { get; init; }
    public IReadOnlyList<QwenToolCall>? ToolCalls { get; init; }
    public DateTimeOffset? Time { get; init; }
    public QwenItem? Item { get; init; }
    public QwenUsage? Usage { get; init; }
    public QwenSearchResult? SearchResult { get; init; }
    public string State { get; init; } = QwenReplyState.Completed;

    /// <summary>Returns whether the deltas, starting at an index, contain content of the reply.</summary>
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
