using System.Globalization;

namespace QwenChat.Emulator;

/// <summary>
/// A simple, deterministic tokenizer. A short word is one token, and a long word is several tokens. Each digit or ideograph is one token. A space
/// belongs to the word after it. For ordinary text, the counts are similar to the service's counts (wire §13), but not identical.
/// </summary>
internal static class EmulatorTokens
{
    private const int LettersPerToken = 7;

    /// <summary>The number of tokens that the chat template adds to each message, for example for its role (wire §13).</summary>
    public const int PerMessage = 5;

    /// <summary>The number of tokens that the chat template adds to the prompt to start the answer.</summary>
    public const int Primer = 3;

    public static int Count(string text)
    {
        int count = 0;
        for (int at = 0; at < text.Length; count++)
            at = End(text, at);
        return count;
    }

    /// <summary>Splits text into tokens. Together, the tokens contain all characters of the text.</summary>
    public static IEnumerable<string> Split(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int end = End(text, at);
            yield return text[at..end];
            at = end;
        }
    }

    public static int End(string text, int start)
    {
        int at = start;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at == text.Length)
            return at;
        char first = text[at];
        if (char.IsHighSurrogate(first) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            return EndOfCluster(text, at + 2);
        if (!IsWordLetter(first))
            return EndOfCluster(text, at + 1);
        int letters = 0;
        while (at < text.Length && IsWordLetter(text[at]) && letters < LettersPerToken)
        {
            at++;
            letters++;
        }
        return EndOfCluster(text, at);
    }

    /// <summary>Returns the position after the combining marks and joiners, which belong to the preceding character.</summary>
    private static int EndOfCluster(string text, int at)
    {
        while (at < text.Length && (text[at] is '\u200d' or '\ufe0f' || char.GetUnicodeCategory(text[at]) == UnicodeCategory.NonSpacingMark))
            at++;
        return at;
    }

    private static bool IsWordLetter(char c) => char.IsLetter(c) && c < '\u2e80';
}
