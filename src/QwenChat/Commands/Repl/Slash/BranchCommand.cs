using QwenChat.History;
using QwenChat.Saving;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/branch</c></summary>
internal sealed class BranchCommand() : SlashCommand("branch", "[name]", "continues in a copy; the original is unchanged")
{
    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        var source = chat.Conversation;
        var branch = ConversationEdit.Copy(source, source.Path, withPending: true, null, chat.Host.Notices);
        branch.Name = argument.Length > 0 ? argument : null;
        chat.Host.Wait(cancellation => ConversationSaving.TrySaveAsync(branch, chat.Host.Notices, cancellation));
        chat.SwitchTo(branch);
        chat.Host.Say($"Continuing in {branch}; {source} is unchanged, with {ChatText.Turns(source.TurnCount)}.");
    }
}
