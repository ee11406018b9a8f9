using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>The context shared by the steps of one turn.</summary>
internal sealed record TurnScope(QwenConversation Conversation, TurnRequest Request, Func<QwenConnection, Transport> Transports, TimeProvider Time,
    NoticeQueue Notices)
{
    private readonly long _started = Time.GetTimestamp();

    public QwenConnection Connection { get; } = Request.Connection ?? Conversation.Connection;

    /// <summary>The API, which determines where the history is kept.</summary>
    public QwenApi Api => Conversation.ApiKind;

    public Transport Transport => Transports(Connection);

    /// <summary>The time since the turn began.</summary>
    public TimeSpan Elapsed => Time.GetElapsedTime(_started);
}
