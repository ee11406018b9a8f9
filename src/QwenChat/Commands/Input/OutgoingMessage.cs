using QwenChat.Commands.Tools;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>A message ready to send: checked and, if required, confirmed.</summary>
internal sealed record OutgoingMessage(QwenClient Client, QwenConversation Conversation, TurnRequest Turn, ToolTurn Tools)
{
    /// <summary>Sends the message, and returns the answer in chunks.</summary>
    public IAsyncEnumerable<QwenReplyDelta> RunAsync(NoticeQueue notices, CancellationToken cancellation) =>
        Client.RunAsync(Conversation, Turn, notices, cancellation);
}
