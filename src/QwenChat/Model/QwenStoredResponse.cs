namespace QwenChat;

/// <summary>A response that the service stores, with what was said before it. Immutable. As a string it is its text.</summary>
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

    /// <summary>What was said up to the answer, oldest first: the earlier turns of the chain too.</summary>
    public IReadOnlyList<QwenItem> InputItems { get; }

    /// <summary>The answer's items: thinking, searches, tool calls, the message.</summary>
    public IReadOnlyList<QwenItem> OutputItems { get; }

    /// <summary>The answer's text.</summary>
    public string Text => Join("message");

    /// <summary>The model's thinking; empty when it showed none.</summary>
    public string Thinking => Join("reasoning");

    /// <summary>The model that answered, as the service names it.</summary>
    public string? Model { get; internal init; }

    /// <summary>What the service counted.</summary>
    public QwenUsage? Usage { get; internal init; }

    /// <summary>How the answer ended.</summary>
    public string State { get; internal init; } = QwenReplyState.Completed;

    /// <summary>The response that this one continues; null for none, or where the service does not say it.</summary>
    public string? PreviousResponseId { get; internal init; }

    /// <summary>The conversation that the response belongs to; null for none.</summary>
    public string? ConversationId { get; internal init; }

    /// <summary>The system text, where the service tells it.</summary>
    public string? Instructions { get; internal init; }

    /// <summary>When the answer was made, UTC; null where the service does not tell.</summary>
    public DateTimeOffset? CreatedAt { get; internal init; }

    /// <summary>When the service forgets it, UTC.</summary>
    public DateTimeOffset? ExpiresAt => CreatedAt + ServerState.Lifetime;

    /// <summary>The answer's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private string Join(string type) => string.Concat(OutputItems.Where(item => item.Type == type).Select(item => item.Text));
}
