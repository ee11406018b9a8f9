namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/thinking</c></summary>
internal sealed class ThinkingCommand() : SlashCommand("thinking", "[show|fold]", "shows the last answer's thinking, or changes how thinking is displayed")
{
    private const string Show = "show";
    private const string Fold = "fold";

    /// <inheritdoc/>
    public override IEnumerable<Completion> Complete(ChatState chat, string typed) =>
        new[] { new Completion(Show, "as it arrives"),
        new Completion(Fold, "only a note") }.Where(word => word.Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        switch (argument.ToLowerInvariant())
        {
            case "":
                string thinking = chat.LastReply?.Thinking ?? "";
                chat.Host.Say(thinking.Length > 0 ? SafeText.Show(thinking.Trim()) : "The last answer has no thinking.");
                break;
            case Show:
                chat.FoldsThinking = false;
                chat.Host.Say("Thinking is shown as it arrives.");
                break;
            case Fold:
                chat.FoldsThinking = true;
                chat.Host.Say("Thinking is collapsed. Use /thinking to show it for the last answer.");
                break;
            default:
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"/thinking has no argument '{argument}'. Use /thinking for the last answer, /thinking {Show} for all answers, or /thinking {Fold} for "
                        + "none.");
        }
    }
}
