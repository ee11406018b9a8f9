using QwenChat.Text;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// A vocabulary of concepts (EmbeddedConcepts.txt). Each concept belongs to a domain, and lists English and Chinese words. Like an embedding model, the
/// emulator can therefore relate words that share no letters. English words are compared by their stems. In Chinese text, the longest matching word is
/// used.
/// </summary>
internal static class EmbeddedConcepts
{
    private const float DomainWeight = 0.4f, GenericWeight = 0.5f, CharacterWeight = 0.5f;

    private const int ShortestStem = 3;

    /// <summary>The domains of words that occur in text about any subject. These words have less weight, and their domain is not a feature.</summary>
    private static readonly HashSet<string> s_genericDomains = ["questions", "quantity", "actions"];

    private static readonly string[] s_shortEndings = ["ing", "ed", "es", "s", "e"];

    private static readonly ILookup<string, (string Feature, float Weight)> s_concepts = Read();

    private static readonly int s_longest = s_concepts.Max(word => IsIdeograph(word.Key[0]) ? word.Key.Length : 1);

    /// <summary>Returns the concepts and domains of the words in the text, including repetitions.</summary>
    public static IEnumerable<(string Feature, float Weight)> Of(string text)
    {
        string[] words = WordBreaker.Of(text).ToArray();
        for (int i = 0; i < words.Length;)
        {
            int length = IsIdeograph(words[i][0]) ? LongestMatch(words, i) : 1;
            string word = string.Concat(words.Skip(i).Take(length));
            i += length;
            foreach (var (feature, weight) in s_concepts[KeyOf(word)])
                yield return (feature, length == 1 && IsIdeograph(word[0]) ? weight * CharacterWeight : weight);
        }
    }

    private static int LongestMatch(string[] words, int start)
    {
        for (int length = Math.Min(s_longest, words.Length - start); length > 1; length--)
        {
            if (s_concepts.Contains(string.Concat(words.Skip(start).Take(length))))
                return length;
        }
        return 1;
    }

    private static string KeyOf(string word)
    {
        if (CommonWords.IsFunctionWord(word))
            return word;
        string stem = SearchTerms.Stem(word);
        if (stem.Length > ShortestStem || !char.IsAsciiLetter(word[0]))
            return stem;
        // Very short stems are ambiguous: "theory" and "the" have the same stem, as do "offer" and "office".
        string? ending = s_shortEndings.FirstOrDefault(ending =>
            word.Length - ending.Length >= ShortestStem && word.EndsWith(ending, StringComparison.Ordinal));
        return ending is null ? word : word[..^ending.Length];
    }

    private static bool IsIdeograph(char first) => first >= '\u2e80';

    private static ILookup<string, (string Feature, float Weight)> Read()
    {
        using var stream = typeof(EmbeddedConcepts).Assembly.GetManifestResourceStream("EmbeddedConcepts.txt")!;
        using var reader = new StreamReader(stream);
        var entries = new HashSet<(string Word, string Feature, float Weight)>();
        string domain = "";
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["#", _])
            {
                domain = words[1];
                continue;
            }
            bool isGeneric = s_genericDomains.Contains(domain);
            foreach (string word in words.Skip(1).Select(word => word.ToLowerInvariant()))
            {
                // Function words of a single ideograph are skipped, because they occur in text about any subject.
                if (IsIdeograph(word[0]) && CommonWords.IsFunctionWord(word))
                    continue;
                entries.Add((KeyOf(word), "concept " + words[0], isGeneric ? GenericWeight : 1));
                if (!isGeneric)
                    entries.Add((KeyOf(word), "domain " + domain, DomainWeight));
            }
        }
        return entries.ToLookup(one => one.Word, one => (one.Feature, one.Weight), StringComparer.Ordinal);
    }
}
