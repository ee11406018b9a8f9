namespace QwenChat.Text;

/// <summary>
/// Splits text into weighted terms for comparison: stems of words, prefixes of long words, and single and paired characters of scripts without spaces.
/// </summary>
internal static class SearchTerms
{
    private const double PrefixWeight = 0.6, CharacterWeight = 0.3, FunctionWordWeight = 0.03;

    private const int PrefixLength = 5, ShortestStem = 3;

    private static readonly string[] s_endings =
    [
        "ements", "ement", "ments", "ment", "ingly", "ings", "ing", "ities", "ity", "ions", "ion", "ness", "ically", "ical", "ies", "ied",
        "ers", "ors", "er", "or", "ed", "es", "ic", "ly", "al", "s", "e", "y",
    ];

    /// <summary>Returns the terms of the text in order, including repetitions.</summary>
    public static IEnumerable<(string Term, double Weight)> Of(string text)
    {
        string? before = null;
        foreach (string word in WordBreaker.Of(text))
        {
            bool isCharacter = word[0] >= '\u0e00' && new System.Globalization.StringInfo(word).LengthInTextElements == 1;
            bool isFunctionWord = CommonWords.IsFunctionWord(word);
            if (isCharacter)
            {
                yield return (word, isFunctionWord ? CharacterWeight * FunctionWordWeight : CharacterWeight);
                if (before is not null)
                    yield return (before + word, PairWeight(isFunctionWord, CommonWords.IsFunctionWord(before)));
                before = word;
                continue;
            }
            before = null;
            if (isFunctionWord)
            {
                yield return (word, FunctionWordWeight);
                continue;
            }
            yield return (Stem(word), 1);
            if (word.Length > PrefixLength)
                yield return (word[..PrefixLength] + "*", PrefixWeight);
        }
    }

    private static double PairWeight(bool isFunctionWord, bool isOther) => isFunctionWord && isOther ? FunctionWordWeight : isFunctionWord || isOther ? 0.5 : 1;

    /// <summary>Returns a word without its endings, so that <c>migrating</c> and <c>migration</c> become one term.</summary>
    public static string Stem(string word)
    {
        if (word.Length <= ShortestStem || !word.All(char.IsAsciiLetterLower))
            return word;
        string stem = word;
        for (int round = 0; round < 2; round++)
        {
            string? ending = s_endings.FirstOrDefault(ending => stem.EndsWith(ending, StringComparison.Ordinal)
                && stem.Length - ending.Length >= ShortestStem && !(ending == "s" && stem.EndsWith("ss", StringComparison.Ordinal)));
            if (ending is null)
                break;
            stem = stem[..^ending.Length];
        }
        return stem.Length < word.Length && stem.Length > ShortestStem && stem[^1] == stem[^2] ? stem[..^1] : stem;
    }
}
