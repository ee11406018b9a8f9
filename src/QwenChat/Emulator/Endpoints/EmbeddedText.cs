using QwenChat.Text;

namespace QwenChat.Emulator.Endpoints;

/// <summary>
/// Creates vectors of length 1 without a model. The features of a string are its terms, the character n-grams of its words, and their concepts and domains
/// (<see cref="EmbeddedConcepts"/>). The hash of each feature selects two positions in the vector, where the weight of the feature is added or subtracted.
/// Strings that share features therefore have similar vectors.
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
