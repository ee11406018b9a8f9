using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Tests;

/// <summary>Streams turns with the client instead of the command.</summary>
internal static class ClientStreams
{
    /// <summary>
    /// Sends a message and returns the chunks of the answer. The last chunk contains the reply. If the enumeration stops early, the turn is interrupted.
    /// </summary>
    public static IAsyncEnumerable<QwenReplyDelta> StreamAsync(this QwenClient client, IQwenConversation conversation, string message,
        QwenOptions? options = null, CancellationToken cancellation = default)
    {
        var turn = new TurnRequest { Message = MessageDraft.OfText("user", message), Options = options, Stream = true,
            Budgets = [Budget.Of(conversation.Continue().Connection)] };
        return client.RunAsync(conversation.Continue(), turn, new NoticeQueue(), cancellation);
    }
}
