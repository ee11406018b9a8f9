using QwenChat.Commands.Tools;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>A message ready to send: checked and, if required, confirmed.</summary>
/// <param name="Client">Sends the message.</param>
/// <param name="Conversation">The conversation of the turn.</param>
/// <param name="Turn">The turn.</param>
/// <param name="Tools">Runs the tool calls of the answer.</param>
internal sealed record OutgoingMessage(QwenClient Client, QwenConversation Conversation, TurnRequest Turn, ToolTurn Tools)
{
    /// <summary>Sends the message, and returns the answer in chunks.</summary>
    public IAsyncEnumerable<QwenReplyDelta> RunAsync(NoticeQueue notices, CancellationToken cancellation) =>
        Client.RunAsync(Conversation, Turn, notices, cancellation);
}
