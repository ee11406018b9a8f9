using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>What the steps of one turn have in common.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Request">What the caller asks for.</param>
/// <param name="Transports">Finds the transport of a connection.</param>
/// <param name="Time">The service's clock.</param>
/// <param name="Notices">What the user is to know.</param>
internal sealed record TurnScope(QwenConversation Conversation, TurnRequest Request, Func<QwenConnection, Transport> Transports, TimeProvider Time,
    NoticeQueue Notices)
{
    private readonly long _started = Time.GetTimestamp();

    /// <summary>Where the turn is sent.</summary>
    public QwenConnection Connection { get; } = Request.Connection ?? Conversation.Connection;

    /// <summary>Who keeps the history.</summary>
    public QwenApi Api => Conversation.ApiKind;

    /// <summary>The transport of the turn's connection.</summary>
    public Transport Transport => Transports(Connection);

    /// <summary>How long the turn has taken so far.</summary>
    public TimeSpan Elapsed => Time.GetElapsedTime(_started);
}
