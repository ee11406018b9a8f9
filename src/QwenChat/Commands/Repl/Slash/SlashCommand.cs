namespace QwenChat.Commands.Repl.Slash;

/// <summary>A command of the chat, typed in place of a message.</summary>
/// <param name="name">The name, without the slash.</param>
/// <param name="argument">The argument, as shown in the help; empty for none.</param>
/// <param name="summary">The summary for the help.</param>
internal abstract class SlashCommand(string name, string argument, string summary)
{
    public string Name { get; } = name;

    public string Argument { get; } = argument;

    public string Summary { get; } = summary;

    public virtual IEnumerable<Completion> Complete(ChatState chat, string typed) => [];

    /// <summary>Runs the command. <paramref name="argument"/> has no surrounding blanks.</summary>
    /// <exception cref="QwenException">The command cannot run, and nothing was changed.</exception>
    public abstract void Run(ChatState chat, string argument);

    private protected void RefuseArgument(string argument)
    {
        if (argument.Length > 0)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"/{Name} accepts no argument, so nothing was done.");
    }
}
