namespace QwenChat.Protocols;

/// <summary>Finds the protocol that an API is spoken in.</summary>
internal static class ChatProtocol
{
    private static readonly ChatCompletionsProtocol s_chatCompletions = new();
    private static readonly ResponsesProtocol s_responses = new();
    public static IReadOnlySet<string> OwnFields(QwenApi api)=>throw new NotImplementedException();

    public static IChatProtocol For(QwenApi api) => api switch
    {
        QwenApi.ChatCompletions => s_chatCompletions,
        QwenApi.Responses or QwenApi.Conversations => s_responses,
        _ => throw new QwenException(QwenErrorKind.InvalidRequest, $"-Api {api} is not there yet in this version. Use Responses or ChatCompletions."),
    };
}
