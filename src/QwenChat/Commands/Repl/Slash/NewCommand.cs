using QwenChat.History;
using QwenChat.Model;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/new</c></summary>
internal sealed class NewCommand() : SlashCommand("new", "[name]", "begins a new conversation with the same settings")
{
    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        var other = ConversationEdit.Copy(chat.Conversation, default(TurnPath), withPending: false, null, chat.Host.Notices);
        other.Name = argument.Length > 0 ? argument : null;
        chat.SwitchTo(other);
        chat.Host.Say($"Started a new conversation{(argument.Length > 0 ? $": {argument}" : "")}.");
    }
}
