namespace QwenChat.Commands.Repl.Slash;

/// <summary>The commands of the chat. A command is a single line that begins with a slash and one word.</summary>
internal static class SlashCommands
{
    /// <summary>All commands, in the order in which /help lists them.</summary>
    public static readonly IReadOnlyList<SlashCommand> All =
    [
        new HelpCommand(), new NewCommand(), new ModelCommand(), new SystemCommand(), new ThinkingCommand(), new UndoCommand(), new BranchCommand(),
        new UsageCommand(), new ToolsCommand(), new SaveCommand(), new LoadCommand(), new ExitCommand(),
    ];

    /// <summary>Returns whether text has the form of a command, even if no command has this name. The path <c>/etc/hosts</c> does not have this form.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The word after the slash.</param>
    /// <param name="argument">The rest of the line.</param>
    public static bool IsCommand(string text, out string name, out string argument)
    {
        (name, argument) = ("", "");
        text = text.TrimEnd();
        if (!text.StartsWith('/') || text.Contains('\n', StringComparison.Ordinal))
            return false;
        int end = 1;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        if (end < text.Length && text[end] != ' ')
            return false;
        (name, argument) = (text[1..end], text[end..].Trim());
        return true;
    }

    /// <summary>Returns the message to send: two slashes before a word become one.</summary>
    public static string Message(string text) =>
        text.StartsWith("//", StringComparison.Ordinal) && IsCommand(text[1..], out string name, out _) && name.Length > 0 ? text[1..] : text;

    /// <exception cref="QwenException">There is no command with this name, or the command cannot run.</exception>
    public static void Run(ChatState chat, string name, string argument)
    {
        var command = All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new QwenException(QwenErrorKind.InvalidRequest,
            $"There is no command /{name}, and nothing was sent. Use /help to list the commands, or //{name} to send text that begins with /{name}.");
        command.Run(chat, argument);
    }

    /// <summary>Returns the completions of the text before the cursor.</summary>
    public static Completions Complete(ChatState chat, string text)
    {
        if (!text.StartsWith('/') || text.Contains('\n', StringComparison.Ordinal))
            return Completions.None;
        int end = text.IndexOf(' ', StringComparison.Ordinal);
        if (end < 0)
        {
            return new Completions(1, All.Where(command => command.Name.StartsWith(text[1..], StringComparison.OrdinalIgnoreCase))
                .Select(command => new Completion(command.Name + (command.Argument.Length > 0 ? " " : ""), command.Summary)).ToArray());
        }
        int from = end + (text.AsSpan(end).IndexOfAnyExcept(' ') is >= 0 and var blanks ? blanks : text.Length - end);
        var found = All.FirstOrDefault(command => command.Name.Equals(text[1..end], StringComparison.OrdinalIgnoreCase));
        return new Completions(from, found?.Complete(chat, text[from..]).ToArray() ?? []);
    }
}
