namespace QwenChat.Protocols;

/// <summary>Finds the protocol that an API is spoken in.</summary>
internal static class ChatProtocol
{
    private static readonly ChatCompletionsProtocol s_chatCompletions = new();
    private static readonly ResponsesProtocol s_responses = new();

    public static IChatProtocol For(QwenApi api) => api switch
    {
        QwenApi.ChatCompletions => s_chatCompletions,
        QwenApi.Responses or QwenApi.Conversations => s_responses,
        _ => throw new QwenException(QwenErrorKind.InvalidRequest, $"-Api {api} is not there yet in this version. Use Responses or ChatCompletions."),
    };

    /// <summary>The fields of a request that QwenChat itself writes.</summary>
    public static IReadOnlySet<string> OwnFields(QwenApi api) =>
        api is QwenApi.Responses or QwenApi.Conversations ? ResponsesProtocol.OwnFields : ChatCompletionsProtocol.OwnFields;
}
