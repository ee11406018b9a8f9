using QwenChat.Text;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// Vectors without a model: every term of a text (stems, beginnings of words, pairs of ideographs), every group of letters of its words, and every
/// concept and domain of a word (<see cref="EmbeddedConcepts"/>) adds to the vector at positions chosen by its hash. Texts that share words, parts of words
/// or concepts
/// have similar vectors; the same text always has the same vector, of length 1.
/// </summary>
internal static class EmbeddedText
{
    private const int ShortestGroup = 3, LongestGroup = 5;
    private const float GroupWeight = 0.25f, ConceptWeight = 1.4f;

    public static float[] Embed(string text, int dimensions)
    {
        var features = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (var (term, weight) in SearchTerms.Of(text))
            Count(term, (float)(GeneralTerms.Contains(term) ? weight * GeneralTerms.Weight : weight));
        foreach (var (feature, weight) in EmbeddedConcepts.Of(text))
            Count(feature, weight * ConceptWeight);
        foreach (string word in WordBreaker.Of(text).Where(word => word.Length > ShortestGroup && !CommonWords.IsFunctionWord(word)))
        {
            for (int length = ShortestGroup; length <= LongestGroup; length++)
            {
                for (int i = 0; i + length <= word.Length; i++)
                    Count($"{length} {word.AsSpan(i, length)}", GroupWeight / MathF.Sqrt(word.Length));
            }
        }
        float[] vector = new float[dimensions];
        // Repeated terms count for less.
        foreach (var (feature, weight) in features)
            Add(vector, feature, weight > 1 ? 1 + MathF.Log(weight) : weight);
        float length2 = MathF.Sqrt(vector.Sum(value => value * value));
        if (length2 == 0)
            vector[0] = length2 = 1;
        for (int i = 0; i < dimensions; i++)
            vector[i] /= length2;
        return vector;

        void Count(string feature, float weight) => features[feature] = features.GetValueOrDefault(feature) + weight;
    }

    private static void Add(float[] vector, string feature, float weight)
    {
        uint hash = 2166136261;
        foreach (char c in feature)
            hash = (hash ^ c) * 16777619;
        // Each feature has two positions, so that a single collision of two features does not make texts similar.
        vector[hash % (uint)vector.Length] += (hash & 0x10000) == 0 ? weight : -weight;
        uint other = (hash ^ (hash >> 15)) * 2246822519;
        vector[other % (uint)vector.Length] += (other & 0x8000) == 0 ? weight : -weight;
    }
}
