namespace QwenChat;

/// <summary>A response stored by the service, with its input. Immutable. <see cref="ToString"/> returns the text of the reply.</summary>
public sealed class QwenStoredResponse
{
    internal QwenStoredResponse(string id, IReadOnlyList<QwenItem> inputItems, IReadOnlyList<QwenItem> outputItems)
    {
        Id = id;
        InputItems = inputItems;
        OutputItems = outputItems;
    }

    /// <summary>The response's id.</summary>
    public string Id { get; }

    /// <summary>The input of the response, oldest first, including the earlier turns of the chain.</summary>
    public IReadOnlyList<QwenItem> InputItems { get; }

    /// <summary>The items of the reply: thinking, searches, tool calls and the message.</summary>
    public IReadOnlyList<QwenItem> OutputItems { get; }

    /// <summary>The reply's text.</summary>
    public string Text => Join("message");

    /// <summary>The model's thinking; empty if the model did not think.</summary>
    public string Thinking => Join("reasoning");

    /// <summary>The model that replied, as named by the service.</summary>
    public string? Model { get; internal init; }

    /// <summary>The token usage as reported by the service.</summary>
    public QwenUsage? Usage { get; internal init; }

    /// <summary>The final state of the reply.</summary>
    public string State { get; internal init; } = QwenReplyState.Completed;

    /// <summary>
    /// The id of the response that this response continues; null if there is no previous response, or if the service does not report its id.
    /// </summary>
    public string? PreviousResponseId { get; internal init; }

    /// <summary>The id of the conversation that the response belongs to; null if the response does not belong to a conversation.</summary>
    public string? ConversationId { get; internal init; }

    /// <summary>The system message; null if the service does not report it.</summary>
    public string? Instructions { get; internal init; }

    /// <summary>The time when the response was created, in UTC; null if the service does not report it.</summary>
    public DateTimeOffset? CreatedAt { get; internal init; }

    /// <summary>The time when the service deletes the response, in UTC; null if the creation time is not known.</summary>
    public DateTimeOffset? ExpiresAt => CreatedAt + ServerState.Lifetime;

    /// <summary>Returns the reply's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private string Join(string type) => string.Concat(OutputItems.Where(item => item.Type == type).Select(item => item.Text));
}
