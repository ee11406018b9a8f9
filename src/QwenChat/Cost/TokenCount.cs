using System.Globalization;
using System.Text;

namespace QwenChat.Cost;

/// <summary>
/// Counts tokens without a tokenizer: cuts text where the service's own does (qwen-api §13) and assumes that ordinary words are one
/// token. Fits the documented counts, of which there are few; a conversation corrects it by what the service reports.
/// </summary>
internal static class TokenCount
{
    /// <summary>Role and frame of a message (qwen-api §13).</summary>
    public const double PerMessage = 5;

    /// <summary>The opening of the answer (qwen-api §13).</summary>
    public const double Primer = 3;

    /// <summary>Between the 66 tokens of the smallest image and the 2,562 of the largest (qwen-api §6.1), whose size nobody here knows.</summary>
    public const double PerMedium = 1280;

    /// <summary>Ordinary words up to this length are one token; what is longer is mostly no word.</summary>
    private const int LettersOfWord = 11;
    private const double LettersPerFurtherToken = 4;
    private const int SymbolsPerToken = 4;

    // Of the documented counts, 0.5 to 1; most text is nearer to the middle.
    private const double PerIdeograph = 0.6;
    private const double PerOtherLetter = 0.5;

    /// <summary>The tokens of a text alone.</summary>
    public static double OfText(ReadOnlySpan<char> text)
    {
        double tokens = 0;
        int at = 0;
        while (at < text.Length)
            at = Next(text, at, ref tokens);
        return tokens;
    }

    /// <summary>The beginning of a text that has at most so many tokens; the text itself when it has no more.</summary>
    public static string Cut(string text, double tokens)
    {
        double counted = 0;
        for (int at = 0; at < text.Length;)
        {
            double before = counted;
            int end = Next(text, at, ref counted);
            if (counted > tokens)
            {
                // Writing without spaces is one long run.
                at += (int)((end - at) * (tokens - before) / (counted - before));
                return text[..(at > 0 && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at)];
            }
            at = end;
        }
        return text;
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

    /// <summary>Counts what begins at a place, and gives the place behind it.</summary>
    private static int Next(ReadOnlySpan<char> text, int at, ref double tokens)
    {
        char c = text[at];
        if (char.IsWhiteSpace(c))
            return Blanks(text, at, ref tokens);
        if (IsLetter(c))
            return Word(text, at, ref tokens);
        if (!char.IsDigit(c))
            return Symbols(text, at, ref tokens);
        tokens++; // digits never merge
        return at + 1;
    }

    /// <summary>One space belongs to the word behind it; further ones are a token together, and so are line breaks.</summary>
    private static int Blanks(ReadOnlySpan<char> text, int at, ref double tokens)
    {
        int start = at;
        bool breaks = false;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            breaks |= text[at++] is '\n' or '\r';
        bool joinsWord = at < text.Length && text[at - 1] == ' ' && !char.IsDigit(text[at]);
        int alone = at - start - (joinsWord ? 1 : 0);
        if (alone > 0)
            tokens += breaks && joinsWord && text[start] is '\n' or '\r' && alone > 1 && text.Slice(start, alone).IndexOf(' ') >= 0 ? 2 : 1;
        return at;
    }

    private static int Word(ReadOnlySpan<char> text, int at, ref double tokens)
    {
        int latin = 0, ideographs = 0, others = 0;
        for (; at < text.Length && (IsLetter(text[at]) || IsMark(text[at])); at++)
        {
            if (char.IsAscii(text[at]))
                latin++;
            else if (IsIdeograph(text[at]))
                ideographs++;
            else
                others++;
        }
        double word = ideographs * PerIdeograph + others * PerOtherLetter;
        if (latin > 0)
            word += 1 + Math.Max(0, latin - LettersOfWord) / LettersPerFurtherToken;
        tokens += Math.Max(1, word);
        return at;
    }

    /// <summary>A run of signs, with the letters behind a single one: <c>-fi</c> and <c>(x</c> are one token.</summary>
    private static int Symbols(ReadOnlySpan<char> text, int at, ref double tokens)
    {
        int start = at;
        double wide = 0;
        for (; at < text.Length && !char.IsWhiteSpace(text[at]) && !char.IsDigit(text[at]) && !IsLetter(text[at]); at++)
            wide += char.IsAscii(text[at]) ? 0 : char.IsSurrogate(text[at]) ? 0.5 : 1;
        int ascii = at - start - (int)wide;
        bool joinsWord = at - start == 1 && wide == 0 && at < text.Length && char.IsAsciiLetter(text[at]);
        if (joinsWord)
            return at;
        while (at < text.Length && text[at] is '\n' or '\r')
            at++; // line breaks belong to the signs before them
        tokens += Math.Max(1, wide + Math.Ceiling(Math.Max(0, ascii) / (double)SymbolsPerToken));
        return at;
    }

    private static bool IsLetter(char c) => char.IsLetter(c);

    private static bool IsMark(char c) =>
        !char.IsAscii(c) && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Chinese, Japanese and Korean writing.</summary>
    private static bool IsIdeograph(char c) => c is >= '\u2e80' and <= '\ud7ff' or >= '\uf900' and <= '\ufaff';
}
