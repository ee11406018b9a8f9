namespace QwenChat.Commands.Repl.Slash;

/// <summary>A command of the chat itself, typed in place of a message.</summary>
/// <param name="name">Its name, without the slash.</param>
/// <param name="argument">What may stand behind it, as the help shows it.</param>
/// <param name="summary">What it does.</param>
internal abstract class SlashCommand(string name, string argument, string summary)
{
    /// <summary>Its name, without the slash.</summary>
    public string Name { get; } = name;

    /// <summary>What may stand behind it, as the help shows it; empty for nothing.</summary>
    public string Argument { get; } = argument;

    /// <summary>What it does.</summary>
    public string Summary { get; } = summary;

    /// <summary>The ways to go on with what stands behind it.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="typed">What stands behind it already.</param>
    public virtual IEnumerable<Completion> Complete(ChatState chat, string typed) => [];

    /// <summary>Does it.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="argument">What stands behind it, without blanks around.</param>
    /// <exception cref="QwenException">It cannot be done, and nothing was.</exception>
    public abstract void Run(ChatState chat, string argument);

    /// <summary>Refuses what stands behind a command that takes nothing.</summary>
    private protected void RefuseArgument(string argument)
    {
        if (argument.Length > 0)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"/{Name} takes nothing behind it; nothing was done.");
    }
}
