namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/tools</c></summary>
internal sealed class ToolsCommand() : SlashCommand("tools", "", "lists the tools that the model may call")
{
    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        RefuseArgument(argument);
        var tools = chat.Conversation.Tools;
        chat.Host.Say(tools.Count == 0 ? "There are no tools. Use Enter-QwenChat -Tool to add some, such as Get-ChildItem."
            : string.Join('\n', tools.Select(tool => $"{SafeText.ShowLine($"{tool}")} · asks: {tool.Asks}")));
    }
}
