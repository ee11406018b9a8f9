using System.Globalization;
using System.Text;

namespace QwenChat.Text;

/// <summary>
/// Splits text into words for indexing and searching. SQLite, PostgreSQL and searches without a database use these words, so that all of them return the same
/// results. Case is ignored; accents are significant. Scripts without spaces between words, such as Chinese and Thai, are split into characters, and Korean
/// into syllables, so that a search matches anywhere in the text.
/// </summary>
internal static class WordBreaker
{
    // A longer sequence of letters is data rather than a word, and PostgreSQL rejects words longer than 2,046 bytes.
    private const int LongestWord = 255;

    public static IEnumerable<string> Of(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            bool standsAlone = StandsAlone(rune.Value);
            if (standsAlone || !IsPartOfWord(rune))
            {
                if (word.Length > 0)
                    yield return Take(word);
                if (standsAlone && IsPartOfWord(rune))
                    yield return rune.ToString();
            }
            else if (word.Length < LongestWord)
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }
        }
        if (word.Length > 0)
            yield return Take(word);
    }

    private static string Take(StringBuilder word)
    {
        string taken = word.ToString();
        word.Clear();
        return taken;
    }

    private static bool IsPartOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool StandsAlone(int character) => character
        is (>= 0x0E00 and <= 0x0EFF) // Thai, Lao
        or (>= 0x1000 and <= 0x109F) // Myanmar
        or (>= 0x1780 and <= 0x17FF) // Khmer
        or (>= 0x3005 and <= 0x3007) or (>= 0x3040 and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) // Japanese
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) // ideographs
        or (>= 0xAC00 and <= 0xD7AF); // Korean
}
