using QwenChat.Store;

namespace QwenChat.Recall;

/// <summary>A turn of another conversation in the same store that may be relevant to a message.</summary>
internal sealed record OtherTurn(StoreHit Found)
{
    /// <summary>The parts of the turn's text; more than one only for a long turn.</summary>
    public IReadOnlyList<string> Parts { get; } = TurnParts.Split(Found.Text);

    /// <summary>The cosine similarity of the message and the turn; null for a turn found only by keyword search.</summary>
    public double? Similarity { get; init; }

    /// <summary>The conversation's name, or its id if it has no name.</summary>
    public string Conversation { get; init; } = Found.ConversationId;

    /// <summary>Returns the parts for ranking, under the specified turn index.</summary>
    public IEnumerable<RecallText> Ranked(int index) => Parts.Select((text, part) => new RecallText(index, part, text));
}
