namespace QwenChat;

/// <summary>The conversations from which turns are recalled.</summary>
public enum QwenRecallScope
{
    /// <summary>The conversation itself.</summary>
    Conversation,
    /// <summary>The conversation itself and all other conversations in its store.</summary>
    Store,
}
