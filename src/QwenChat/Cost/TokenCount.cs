using System.Text;

namespace QwenChat.Cost;

/// <summary>
/// Counts the tokens of texts and items without a tokenizer (qwen-api §13); a conversation corrects the count by what the service reports.
/// </summary>
internal static class TokenCount
{
    /// <summary>Role and frame of a message (qwen-api §13).</summary>
    public const double PerMessage = 5;

    /// <summary>The opening of the answer (qwen-api §13).</summary>
    public const double Primer = 3;

    /// <summary>Between the 66 tokens of the smallest image and the 2,562 of the largest (qwen-api §6.1), whose size nobody here knows.</summary>
    public const double PerMedium = 1280;

    /// <summary>The tokens of a text alone.</summary>
    public static double OfText(ReadOnlySpan<char> text) => TextTokens.Count(text);

    /// <summary>The beginning of a text that has at most so many tokens; the text itself when it has no more.</summary>
    public static string Cut(string text, double tokens)
    {
        int length = TextTokens.LengthOf(text, tokens);
        return text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    /// <summary>The tokens of an item as the model gets it, its frame included; thinking counts only where it is sent.</summary>
    public static double OfItem(QwenItem item, bool withThinking = false)
    {
        if (item.IsForDisplay)
            return 0;
        if (item.Type == "reasoning")
            return withThinking ? OfText(item.Text) : 0;
        if (item.Type != "message" || (item.Role == "assistant" && CallsTools(item)))
            return PerMessage + OfText(Encoding.UTF8.GetString(item.Frame.Span));
        double tokens = PerMessage;
        foreach (var part in item.Content)
            tokens += part.IsMedia ? PerMedium : OfText(part.Text);
        return tokens;
    }

    /// <summary>True when files or other media are in it, whose tokens can only be guessed.</summary>
    public static bool HasMedia(QwenItem item) => item.Role == "user" && item.Content.Any(part => part.IsMedia);

    private static bool CallsTools(QwenItem item) => item.Frame.Span.IndexOf("\"tool_calls\":"u8) >= 0;
}
