using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;

namespace QwenChat.Protocols;

internal static class ChatProtocol
{
    private static readonly ChatCompletionsProtocol s_chatCompletions = new();
    private static readonly ResponsesProtocol s_responses = new();
    private static readonly DashScopeProtocol s_nativeText = new(multimodal: false);
    private static readonly DashScopeProtocol s_nativeMultimodal = new(multimodal: true);

    /// <summary>Returns the protocol of an API. The native API has two endpoints; the model determines which one is used.</summary>
    public static IChatProtocol For(QwenApi api, string model) => api switch
    {
        QwenApi.ChatCompletions => s_chatCompletions,
        QwenApi.DashScope => NativeEndpoint.IsMultimodal(model) ? s_nativeMultimodal : s_nativeText,
        _ => s_responses,
    };

    /// <summary>Returns the names of the request fields that QwenChat itself writes.</summary>
    public static IReadOnlySet<string> OwnFields(QwenApi api) => api switch
    {
        QwenApi.ChatCompletions => ChatCompletionsProtocol.OwnFields,
        QwenApi.DashScope => DashScopeProtocol.OwnFields,
        _ => ResponsesProtocol.OwnFields,
    };
}
