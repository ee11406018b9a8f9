namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/system</c></summary>
internal sealed class SystemCommand() : SlashCommand("system", "[text|off]", "shows, changes or removes the instructions")
{
    private const string Off = "off";

    /// <inheritdoc/>
    public override IEnumerable<Completion> Complete(ChatState chat, string typed) =>
        Off.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? [new Completion(Off, "no instructions")] : [];

    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        if (argument.Length == 0)
        {
            chat.Host.Say(chat.Options.Instructions ?? chat.Conversation.Instructions ?? "There are no instructions.");
            return;
        }
        string? text = argument.Equals(Off, StringComparison.OrdinalIgnoreCase) ? null : argument;
        chat.Change(options => options with { Instructions = text });
        chat.Options = chat.Options with { Instructions = null };
        chat.Host.Say(text is null ? "The instructions were removed." : "The new instructions apply from the next message on.");
    }
}
