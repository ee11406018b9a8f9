namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/help</c></summary>
internal sealed class HelpCommand() : SlashCommand("help", "", "shows the commands and the keys")
{
    private const string Keys = """

        Enter sends; Alt+Enter, Ctrl+J, or \ before Enter begins another line.
        Up and Down recall messages; Tab completes commands, models and files.
        Ctrl+C stops an answer, and clears the typed text; Ctrl+D exits.
        """;

    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        RefuseArgument(argument);
        var rows = SlashCommands.All.Select(command => (Use: $"/{command.Name} {command.Argument}", command.Summary)).ToArray();
        int width = rows.Max(row => row.Use.Length);
        chat.Host.Say(string.Join('\n', rows.Select(row => $"{row.Use.PadRight(width)}  {row.Summary}")) + "\n" + Keys);
    }
}
