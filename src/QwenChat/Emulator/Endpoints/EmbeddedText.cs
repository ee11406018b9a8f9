namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// Vectors without a model: every word, and every three letters of it, adds to places that its hash picks. Texts that share words are
/// near each other, texts that share parts of words a little; the same text always has the same vector, of length 1.
/// </summary>
internal static class EmbeddedText
{
    private const float TrigramWeight = 0.3f;
    private const int ShortWord = 3;

    public static float[] Embed(string text, int dimensions)
    {
        var vector = new float[dimensions];
        foreach (string word in Words(text.ToLowerInvariant()))
        {
            // Short words say little about what a text is about.
            Add(vector, word, word.Length <= ShortWord && word[0] < '\u2e80' ? TrigramWeight : 1f);
            for (int i = 0; i + ShortWord < word.Length; i++)
                Add(vector, word.AsSpan(i, ShortWord), TrigramWeight);
        }
        float length = MathF.Sqrt(vector.Sum(value => value * value));
        if (length == 0)
            vector[0] = length = 1;
        for (int i = 0; i < dimensions; i++)
            vector[i] /= length;
        return vector;
    }

    private static IEnumerable<string> Words(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isPart = i < text.Length && char.IsLetterOrDigit(text[i]);
            bool standsAlone = isPart && text[i] >= '\u2e80';
            if (start >= 0 && (!isPart || standsAlone))
            {
                yield return text[start..i];
                start = -1;
            }
            if (standsAlone)
                yield return text[i].ToString();
            else if (isPart && start < 0)
                start = i;
        }
    }

    private static void Add(float[] vector, ReadOnlySpan<char> feature, float weight)
    {
        uint hash = 2166136261;
        foreach (char c in feature)
            hash = (hash ^ c) * 16777619;
        // Two places each, so that a single chance meeting of two words does not make them near.
        vector[hash % (uint)vector.Length] += weight;
        uint other = (hash ^ (hash >> 15)) * 2246822519;
        vector[other % (uint)vector.Length] += (other & 0x8000) == 0 ? weight : -weight;
    }
}
