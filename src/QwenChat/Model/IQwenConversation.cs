namespace QwenChat;

/// <summary>The target of a message: a conversation, or a reply that the next message continues from.</summary>
public interface IQwenConversation
{
    /// <summary>
    /// Returns the conversation that receives the next message: a conversation returns itself, and a reply returns a new branch that ends with the
    /// reply.
    /// </summary>
    /// <returns>The conversation that the turn will be added to.</returns>
    QwenConversation Continue();
}
