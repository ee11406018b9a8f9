namespace QwenChat.Cost;

/// <summary>The properties of a text segment that affect its number of tokens.</summary>
/// <param name="IsForeignLatin">Whether the Latin words of the segment are not English. English words are usually single tokens in the vocabulary.</param>
/// <param name="PerIdeograph">The tokens per Chinese character: fewer in modern Chinese than in classical Chinese or Japanese.</param>
internal readonly record struct TextKind(bool IsForeignLatin, double PerIdeograph)
{
    private const string Classical = "之者也而其于矣乎曰兮哉焉乃吾汝臣";
    private const string Modern = "的了是在们这那我你吗吧呢";

    private static readonly HashSet<string> s_english = new(StringComparer.OrdinalIgnoreCase)
    {
        "the", "of", "and", "to", "in", "is", "it", "that", "for", "was", "with", "as", "on", "be", "at", "by", "this", "had", "not", "are", "but",
        "from", "or", "have", "an", "they", "which", "you", "were", "his", "her", "she", "there", "their", "will", "if", "what", "when", "who",
        "how", "can", "my", "about", "me", "some", "your", "do", "does", "please", "more", "i",
    };

    public static TextKind Of(ReadOnlySpan<char> text)
    {
        int latin = 0, accented = 0, humps = 0, words = 0, english = 0, ideographs = 0, classical = 0, modern = 0, kana = 0, signs = 0, start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ' ';
            if (char.IsLetter(c) && c < '\u0250')
            {
                latin++;
                accented += char.IsAscii(c) ? 0 : 1;
                humps += i > 0 && char.IsUpper(c) && char.IsLower(text[i - 1]) ? 1 : 0;
                if (start < 0)
                    start = i;
                continue;
            }
            if (start >= 0)
            {
                words++;
                if (i - start <= 5 && s_english.Contains(text[start..i].ToString()))
                    english++;
                start = -1;
            }
            signs += c is '{' or '}' or '(' or ')' or '=' or ';' or '<' or '>' or '_' or '$' or '[' or ']' or '|' or '"' or '\\' ? 1 : 0;
            kana += c is >= '\u3040' and <= '\u30ff' ? 1 : 0;
            if (c is >= '\u4e00' and <= '\u9fff')
            {
                ideographs++;
                classical += Classical.Contains(c) ? 1 : 0;
                modern += Modern.Contains(c) ? 1 : 0;
            }
        }
        bool isProse = signs * 12 < words + latin / 6 && humps * 5 < words;
        bool isForeign = latin > 0 && (accented > latin * 0.01 || (isProse && words >= 10 && english * 14 < words));
        bool isClassical = ideographs >= 12 && classical > modern * 1.5 && classical >= ideographs * 0.03;
        return new TextKind(isForeign, kana > ideographs * 0.3 ? 0.85 : isClassical ? 1.0 : 0.6);
    }
}
