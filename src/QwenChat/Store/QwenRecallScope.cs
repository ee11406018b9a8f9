namespace QwenChat;

/// <summary>The conversations that turns are recalled from.</summary>
public enum QwenRecallScope
{
    /// <summary>The conversation itself.</summary>
    Conversation,
    /// <summary>The conversation itself and all other conversations in its store.</summary>
    Store,
}
