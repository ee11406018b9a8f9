namespace QwenChat;

/// <summary>The four APIs of the service for conversations. They cannot be mixed: a conversation keeps the API with which it began.</summary>
public enum QwenApi
{
    /// <summary>The service keeps the history; a turn continues it with <c>previous_response_id</c>.</summary>
    Responses,

    /// <summary>The service keeps the history in a conversation object; a turn continues it with <c>conversation</c>.</summary>
    Conversations,

    /// <summary>The client keeps the history and sends it as OpenAI-compatible <c>messages</c>.</summary>
    ChatCompletions,

    /// <summary>The client keeps the history and sends it as <c>input.messages</c> of the native DashScope protocol.</summary>
    DashScope,
}
