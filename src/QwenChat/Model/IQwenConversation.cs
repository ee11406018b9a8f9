namespace QwenChat;

/// <summary>What a message can be sent on: a conversation, or a reply that the next message is to follow.</summary>
public interface IQwenConversation
{
    /// <summary>The conversation to send on: for a conversation itself, for a reply a new branch that ends with it.</summary>
    /// <returns>The conversation that the turn will be added to.</returns>
    QwenConversation Continue();
}
