using QwenChat.Store;

namespace QwenChat;

/// <summary>A turn in which a search found what was looked for. It can be piped to Get-QwenConversation.</summary>
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
    /// The higher the better. By meaning the cosine of the angle between query and turn, at most 1; by words a number to compare within one search.
    /// </summary>
    public double Score { get; }

    /// <summary>What was said in the turn: the message, then the answer.</summary>
    public string Text { get; }

    /// <summary>The turn's number in the conversation, from 1.</summary>
    public int Turn { get; }

    /// <summary>The conversation's id; of several that share the turn, the one made first.</summary>
    public string ConversationId { get; }

    /// <summary>The conversation's name; null when it has none.</summary>
    public string? ConversationName { get; }

    /// <summary>The store it was found in.</summary>
    public QwenStore Store { get; }

    /// <summary>What was said.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
