namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/exit</c></summary>
internal sealed class ExitCommand() : SlashCommand("exit", "", "exits the chat, like Ctrl+D")
{
    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        RefuseArgument(argument);
        chat.Leaves = true;
    }
}
