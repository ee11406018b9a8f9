using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>
/// The system messages at the beginning of a conversation, joined with the instructions. Chat templates of newer models accept only one system message,
/// and only at the beginning.
/// </summary>
/// <param name="Instructions">The system message of the request.</param>
/// <param name="Items">The messages that the system message includes and that are therefore not sent separately.</param>
internal sealed record LeadingSystemText(string? Instructions, IReadOnlySet<QwenItem> Items)
{
    private const string Late = "late system message";

    private const string LateWarning = "A system message follows other messages. It is sent unchanged, but newer models (Qwen3.5 and later) reject it. "
        + "Remove it (Remove-QwenConversationItem) and specify its text as instructions (Set-QwenConversation -Instructions).";

    private static readonly HashSet<QwenItem> s_none = [];

    /// <summary>
    /// Joins the instructions and the system messages at the beginning of a conversation, even if the request omits the first turn, which contains
    /// these messages.
    /// </summary>
    public static LeadingSystemText Of(TurnPath path, int firstTurn, IReadOnlyList<QwenItem> input, string? instructions, QwenApi api)
    {
        // A conversation object already contains the system messages.
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

    public static void WarnOfLate(QwenConversation conversation, IEnumerable<QwenItem> items, NoticeQueue notices)
    {
        if (items.SkipWhile(IsSystem).Any(IsSystem) && conversation.WarnOnce(Late))
            notices.Warn(LateWarning);
    }

    public static bool IsSystem(QwenItem item) => item.Role is "system" or "developer";
}
