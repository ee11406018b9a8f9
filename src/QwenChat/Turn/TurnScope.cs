using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>The context shared by the steps of one turn.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Request">The caller's parameters.</param>
/// <param name="Transports">Returns the transport of a connection.</param>
/// <param name="Time">The service's clock.</param>
/// <param name="Notices">The queue for messages to the user.</param>
internal sealed record TurnScope(QwenConversation Conversation, TurnRequest Request, Func<QwenConnection, Transport> Transports, TimeProvider Time,
    NoticeQueue Notices)
{
    private readonly long _started = Time.GetTimestamp();

    /// <summary>The connection of the turn.</summary>
    public QwenConnection Connection { get; } = Request.Connection ?? Conversation.Connection;

    /// <summary>The API, which determines where the history is kept.</summary>
    public QwenApi Api => Conversation.ApiKind;

    /// <summary>The transport of the turn's connection.</summary>
    public Transport Transport => Transports(Connection);

    /// <summary>The time since the turn began.</summary>
    public TimeSpan Elapsed => Time.GetElapsedTime(_started);
}
