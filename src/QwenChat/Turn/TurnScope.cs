using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>The context shared by the steps of one turn.</summary>
internal sealed record TurnScope(QwenConversation Conversation, TurnRequest Request, Func<QwenConnection, Transport> Transports, TimeProvider Time,
    NoticeQueue Notices)
{
    private readonly long _started = Time.GetTimestamp();

    public QwenConnection Connection { get; } = Request.Connection ?? Conversation.Connection;

    public QwenApi Api => Conversation.ApiKind;

    public Transport Transport => Transports(Connection);

    public TimeSpan Elapsed => Time.GetElapsedTime(_started);
}
