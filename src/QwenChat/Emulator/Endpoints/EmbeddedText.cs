using QwenChat.Text;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// Creates vectors without a model. The features of the text are its terms (stems, beginnings of words, pairs of ideographs), the character
/// n-grams of its words, and the concepts and domains of its words (<see cref="EmbeddedConcepts"/>). The hash of a feature determines two positions in the
/// vector, and whether the feature's weight is added or subtracted there. Strings that share features have similar vectors. The same string always
/// has the same vector. Vectors have length 1.
/// </summary>
internal static class EmbeddedText
{
    private const int ShortestNgram = 3, LongestNgram = 5;
    private const float NgramWeight = 0.25f, ConceptWeight = 1.4f;

    public static float[] Embed(string text, int dimensions)
    {
        var features = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (var (term, weight) in SearchTerms.Of(text))
            Count(term, (float)(GeneralTerms.Contains(term) ? weight * GeneralTerms.Weight : weight));
        foreach (var (feature, weight) in EmbeddedConcepts.Of(text))
            Count(feature, weight * ConceptWeight);
        foreach (string word in WordBreaker.Of(text).Where(word => word.Length > ShortestNgram && !CommonWords.IsFunctionWord(word)))
        {
            for (int length = ShortestNgram; length <= LongestNgram; length++)
            {
                for (int i = 0; i + length <= word.Length; i++)
                    Count($"{length} {word.AsSpan(i, length)}", NgramWeight / MathF.Sqrt(word.Length));
            }
        }
        float[] vector = new float[dimensions];
        // The weight of a repeated feature grows only logarithmically.
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
        // Each feature has two positions, so that a hash collision at one position is not enough to make two vectors similar.
        vector[hash % (uint)vector.Length] += (hash & 0x10000) == 0 ? weight : -weight;
        uint other = (hash ^ (hash >> 15)) * 2246822519;
        vector[other % (uint)vector.Length] += (other & 0x8000) == 0 ? weight : -weight;
    }
}
