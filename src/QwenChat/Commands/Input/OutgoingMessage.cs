using QwenChat.Commands.Tools;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Commands.Input;

/// <summary>A message that is ready to be sent: checked and, where that was asked for, confirmed.</summary>
/// <param name="Client">Sends it.</param>
/// <param name="Conversation">The conversation that the turn is added to.</param>
/// <param name="Turn">The turn.</param>
/// <param name="Tools">Runs the calls of its answer.</param>
internal sealed record OutgoingMessage(QwenClient Client, QwenConversation Conversation, TurnRequest Turn, ToolTurn Tools)
{
    /// <summary>Sends it, and gives the answer piece by piece.</summary>
    public IAsyncEnumerable<QwenReplyDelta> RunAsync(NoticeQueue notices, CancellationToken cancellation) =>
        Client.RunAsync(Conversation, Turn, notices, cancellation);
}
