using QwenChat.Cost;
using QwenChat.Text;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/usage</c></summary>
internal sealed class UsageCommand() : SlashCommand("usage", "", "shows turns, tokens and cost")
{
    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        RefuseArgument(argument);
        chat.Host.Say(SafeText.Show(string.Join('\n', ConversationMeasure.Of(chat.Conversation).Select(Line))));
    }

    private static string Line(QwenMeasure measure)
    {
        var parts = new List<string>
        {
            measure.Purpose == CallPurpose.Turns ? ChatText.Turns(measure.Turns)
                : $"{measure.Purpose!.ToLowerInvariant()} ({Quantity.Of(measure.Calls, "call")})",
        };
        if (measure.Usage is not null)
            parts.Add(FormattableString.Invariant($"{Quantity.Of(measure.InputTokens ?? 0, "token")} in, {measure.OutputTokens ?? 0:N0} out"));
        if (measure.CachedTokens > 0)
            parts.Add(FormattableString.Invariant($"{measure.CachedTokens:N0} cached"));
        if (measure.Tools?.ToString() is { Length: > 0 } tools)
            parts.Add(tools);
        if (measure.WindowShare is { } share)
            parts.Add(FormattableString.Invariant($"{100 * share:0.0}% of the context window"));
        if (measure.Cost is { } cost)
            parts.Add(FormattableString.Invariant($"{cost:0.######} {measure.Currency}"));
        else if (measure.Usage is not null)
            parts.Add("price unknown");
        return $"{measure.Model}: {string.Join(" · ", parts)}";
    }
}
