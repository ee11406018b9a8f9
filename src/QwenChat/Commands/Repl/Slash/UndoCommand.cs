using System.Globalization;
using QwenChat.History;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/undo</c></summary>
internal sealed class UndoCommand() : SlashCommand("undo", "[n]", "undoes the last turn, or the last n turns, so that you can edit the message")
{
    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        int count = 1;
        if (argument.Length > 0 && !(int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{argument}' is not a number of turns, so no turns were undone. Specify a whole number, such as /undo 2.");
        var conversation = chat.Conversation;
        var path = conversation.Path;
        string message = count <= path.Count ? path[path.Count - count].Message : "";
        chat.Host.Wait(cancellation => ConversationEdit.UndoAsync(conversation, count, cancellation, chat.Connection, chat.Host.Notices));
        (chat.Draft, chat.LastReply) = (message, null);
        chat.Host.Say($"Undone; the conversation now has {ChatText.Turns(conversation.TurnCount)}.");
    }
}
