using System.Globalization;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>The culture-independent strings for both Markdown and HTML pages.</summary>
internal static class ExportText
{
    private const int MaximumTitle = 80;

    /// <summary>Returns the name of the conversation or, if it has no name, the beginning of its first message.</summary>
    public static string Title(ConversationFileContent record)
    {
        string title = record.Head.Settings.Name ?? "";
        if (title.Length == 0)
            title = record.Turns.Select(turn => turn.Message).FirstOrDefault(message => message.Length > 0) ?? "";
        title = VisibleText.LineOf(title);
        if (title.Length == 0)
            return VisibleText.LineOf(record.Head.Id);
        return title.Length <= MaximumTitle ? title
            : string.Concat(title.AsSpan(0, char.IsHighSurrogate(title[MaximumTitle - 1]) ? MaximumTitle - 1 : MaximumTitle), "…");
    }

    public static string Api(QwenApi api) => api switch
    {
        QwenApi.ChatCompletions => "Chat Completions",
        QwenApi.DashScope => "DashScope",
        _ => api.ToString(),
    };

    public static string Turns(int count) => Quantity.Of(count, "turn");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Number(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    public static string Thinking(QwenTurn turn) =>
        turn.Usage?.ReasoningTokens is > 0 and var tokens ? $"Thinking · {Quantity.Of(tokens, "token")}" : "Thinking";

    public static string Speaker(string role) => role switch
    {
        "user" => "You",
        "assistant" => "Assistant",
        "system" or "developer" => "System",
        _ => role,
    };

    public static string State(string state) => state switch
    {
        QwenReplyState.Interrupted => "Interrupted by the user.",
        QwenReplyState.Incomplete => "Not finished: the service stopped early.",
        _ => "",
    };

    /// <summary>Returns an item type as words, such as "Web search call" for <c>web_search_call</c>.</summary>
    public static string Type(string type)
    {
        string words = type.Replace('_', ' ');
        return words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>Returns the columns of the usage table that have a number in at least one row.</summary>
    public static IReadOnlyList<(string Name, Func<QwenUsage, long?> Read)> UsageColumns(IEnumerable<QwenUsage> usages)
    {
        (string, Func<QwenUsage, long?>)[] columns =
        [
            ("Input", usage => usage.InputTokens),
            ("Cached", usage => usage.CachedTokens),
            ("Cache written", usage => usage.CacheCreationTokens),
            ("Output", usage => usage.OutputTokens),
            ("Thinking", usage => usage.ReasoningTokens),
            ("Total", usage => usage.TotalTokens),
        ];
        return columns.Where(column => usages.Any(usage => column.Item2(usage) is not null)).ToArray();
    }
}
