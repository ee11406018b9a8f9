using System.Text;

namespace QwenChat.Cost;

/// <summary>
/// Estimates the tokens of text and items without a tokenizer (wire §13). A conversation corrects the estimate with the usage that the service
/// reports.
/// </summary>
internal static class TokenCount
{
    /// <summary>The tokens of a message frame, which consists of the role and the tokens that delimit a message (wire §13).</summary>
    public const double PerMessage = 5;

    /// <summary>The tokens that introduce the reply (wire §13).</summary>
    public const double Primer = 3;

    /// <summary>The token count assumed for a media item, whose size is not known here. An image has 66 to 2,562 tokens (wire §6.1).</summary>
    public const double PerMedium = 1280;

    public static double OfText(ReadOnlySpan<char> text) => TextTokens.Count(text);

    /// <summary>Returns the longest prefix of a text with at most the specified number of tokens.</summary>
    public static string Cut(string text, double tokens)
    {
        int length = TextTokens.LengthOf(text, tokens);
        return text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    /// <summary>Returns the number of tokens of an item as the model receives it, including its frame. Thinking counts only if it is sent.</summary>
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

    /// <summary>Returns whether an item contains media, for which the number of tokens is only assumed.</summary>
    public static bool HasMedia(QwenItem item) => item.Role == "user" && item.Content.Any(part => part.IsMedia);

    private static bool CallsTools(QwenItem item) => item.Frame.Span.IndexOf("\"tool_calls\":"u8) >= 0;
}
