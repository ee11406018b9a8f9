using QwenChat.Store;

namespace QwenChat.Recall;

/// <summary>A turn that may be relevant to a message, from another conversation in the same store.</summary>
internal sealed record OtherTurn(StoreHit Found)
{
    /// <summary>The turn's text, which is split into several parts only if it is long.</summary>
    public IReadOnlyList<string> Parts { get; } = TurnParts.Split(Found.Text);

    /// <summary>The cosine similarity of the message and the turn; null for a turn found only by keyword search.</summary>
    public double? Similarity { get; init; }

    /// <summary>The conversation's name, or its id if it has no name.</summary>
    public string Conversation { get; init; } = Found.ConversationId;

    /// <summary>Returns the parts as texts to rank, with the specified turn index.</summary>
    public IEnumerable<RecallText> Ranked(int index) => Parts.Select((text, part) => new RecallText(index, part, text));
}
