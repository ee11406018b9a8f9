using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>
/// The system messages that a conversation begins with. Templates of newer models take one system message, at the beginning: several, or one
/// beside the instructions, are joined.
/// </summary>
/// <param name="Instructions">The system text of the request.</param>
/// <param name="Items">The messages that are in it and therefore not sent themselves.</param>
internal sealed record LeadingSystemText(string? Instructions, IReadOnlySet<QwenItem> Items)
{
    private const string Late = "late system message";

    private const string LateWarning = "A system message stands behind other messages. It is sent as it is, and newer models (Qwen3.5 and later) refuse that: "
        + "remove it (Remove-QwenConversationItem) and give its text as instructions (Set-QwenConversation -Instructions).";

    private static readonly HashSet<QwenItem> s_none = [];

    /// <summary>The system messages of a request's conversation.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="firstTurn">The first turn that the model sees, from 0. System messages before it are kept all the same.</param>
    /// <param name="input">The new items.</param>
    /// <param name="instructions">The system text.</param>
    /// <param name="api">Who keeps the history.</param>
    public static LeadingSystemText Of(TurnPath path, int firstTurn, IReadOnlyList<QwenItem> input, string? instructions, QwenApi api)
    {
        // A conversation object has them already.
        if (api == QwenApi.Conversations)
            return new LeadingSystemText(instructions, s_none);
        var first = path.Count > 0 ? path[0].Items : input;
        int count = 0;
        while (count < first.Count && IsSystem(first[count]))
            count++;
        if (count == 0 || (count == 1 && instructions is null && firstTurn == 0))
            return new LeadingSystemText(instructions, s_none);
        var items = first.Take(count).ToHashSet();
        var texts = first.Take(count).Select(item => item.Text).Prepend(instructions).Where(text => !string.IsNullOrEmpty(text));
        return new LeadingSystemText(string.Join("\n\n", texts), items);
    }

    /// <summary>Warns once of system messages behind other messages.</summary>
    public static void WarnOfLate(QwenConversation conversation, IEnumerable<QwenItem> items, NoticeQueue notices)
    {
        if (items.SkipWhile(IsSystem).Any(IsSystem) && conversation.WarnOnce(Late))
            notices.Warn(LateWarning);
    }

    public static bool IsSystem(QwenItem item) => item.Role is "system" or "developer";
}
