namespace QwenChat;

/// <summary>The four ways the service holds a conversation. They do not mix; a conversation keeps the one it began with.</summary>
public enum QwenApi
{
    /// <summary>The service keeps the history; a round continues by <c>previous_response_id</c>.</summary>
    Responses,

    /// <summary>The service keeps the history as a conversation object; a round continues by <c>conversation</c>.</summary>
    Conversations,

    /// <summary>The caller keeps the history; OpenAI-compatible <c>messages</c>.</summary>
    ChatCompletions,

    /// <summary>The caller keeps the history; the DashScope native protocol's <c>input.messages</c>.</summary>
    DashScope,
}
