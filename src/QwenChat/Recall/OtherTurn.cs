using QwenChat.Store;

namespace QwenChat.Recall;

/// <summary>A turn of another conversation in the same store that a message may be about.</summary>
/// <param name="Found">The turn in the store.</param>
internal sealed record OtherTurn(StoreHit Found)
{
    /// <summary>The parts of its text; one unless the turn is long.</summary>
    public IReadOnlyList<string> Parts { get; } = TurnParts.Split(Found.Text);

    /// <summary>The cosine between the message and the turn; null where it was found by its words alone.</summary>
    public double? Similarity { get; init; }

    /// <summary>The name, or else the id, of the conversation.</summary>
    public string Conversation { get; init; } = Found.ConversationId;

    /// <summary>The parts, to be ranked as texts of a turn in this place.</summary>
    public IEnumerable<RecallText> Ranked(int index) => Parts.Select((text, part) => new RecallText(index, part, text));
}
