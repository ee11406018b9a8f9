using QwenChat.Store;

namespace QwenChat;

/// <summary>A turn found by a search. It can be piped to Get-QwenConversation.</summary>
public sealed class QwenSearchHit
{
    internal QwenSearchHit(QwenStore store, StoreHit hit, string? conversationName = null)
    {
        ConversationName = conversationName;
        Store = store;
        Score = hit.Score;
        Text = hit.Text;
        Turn = hit.Number;
        ConversationId = hit.ConversationId;
    }

    /// <summary>
    /// The similarity; higher is better. In a semantic search, this is the cosine similarity of query and turn, at most 1. In a keyword search,
    /// scores are comparable only within the same search.
    /// </summary>
    public double Score { get; }

    /// <summary>The text of the turn: the message followed by the answer.</summary>
    public string Text { get; }

    /// <summary>The turn's number in the conversation, from 1.</summary>
    public int Turn { get; }

    /// <summary>The conversation's id. If several conversations contain the turn, this is the id of the conversation that was stored first.</summary>
    public string ConversationId { get; }

    /// <summary>The conversation's name; null if the conversation has no name.</summary>
    public string? ConversationName { get; }

    /// <summary>The store that contains the turn.</summary>
    public QwenStore Store { get; }

    /// <summary>Returns the text of the turn.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
