namespace QwenChat;

/// <summary>The target of a message: a conversation, or a reply that the next message continues from.</summary>
public interface IQwenConversation
{
    /// <summary>Returns the conversation to send the message to: a conversation returns itself, a reply returns a new branch that ends with it.</summary>
    /// <returns>The conversation that the turn will be added to.</returns>
    QwenConversation Continue();
}
