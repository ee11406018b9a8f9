namespace QwenChat.Recall;

/// <summary>
/// Combines the turns found by words and by meaning: it adds reciprocal ranks, because scores of different kinds cannot be compared. Turns that are
/// much worse than the best are omitted, and so are near duplicates of a better one.
/// </summary>
internal static class RecallFusion
{
    /// <summary>Added to a rank, so that the first place in one list does not outweigh good places in both.</summary>
    private const double RankOffset = 5;

    /// <summary>The share of the best word score that a hit requires.</summary>
    private const double WordFloor = 0.35;

    /// <summary>
    /// The share of the way from the typical similarity to the best that a hit by meaning requires, because the similarities of models differ.
    /// </summary>
    private const double MeaningFloor = 0.45;

    /// <summary>The minimum cosine of a hit by meaning: texts with a lower one are unrelated for any model.</summary>
    private const double LeastSimilarity = 0.1;

    /// <summary>The share of the best combined score that a hit requires.</summary>
    private const double FusedFloor = 0.45;

    /// <summary>The minimum number of texts for a meaningful typical similarity.</summary>
    private const int Few = 8;

    /// <summary>Returns the best hits, at most one for each turn.</summary>
    /// <param name="texts">The texts that were searched.</param>
    /// <param name="words">The maximum number of hits.</param>
    /// <param name="meaning">The hits by meaning, best first; empty when there was no search by meaning.</param>
    /// <param name="count">The maximum number of hits.</param>
    public static IReadOnlyList<RecallHit> Fuse(IReadOnlyList<RecallText> texts, IReadOnlyList<RecallHit> words, IReadOnlyList<RecallHit> meaning, int count)
    {
        var fused = new Dictionary<(int Index, int Part), (double Score, RecallHit Hit)>();
        Add(words.Count == 0 ? [] : words.Where(hit => hit.Score >= words[0].Score * WordFloor));
        Add(AboveUsual(meaning, texts.Count));
        var byPlace = texts.ToDictionary(text => (text.Index, text.Part));
        var chosen = new List<RecallHit>();
        double best = fused.Count == 0 ? 0 : fused.Values.Max(one => one.Score);
        foreach (var (place, (score, hit)) in fused.OrderByDescending(one => one.Value.Score).ThenByDescending(one => one.Key.Index))
        {
            if (chosen.Count == count || score < best * FusedFloor)
                break;
            if (chosen.All(other => other.Index != hit.Index && !byPlace[place].IsNearDuplicateOf(byPlace[(other.Index, other.Part)])))
                chosen.Add(hit);
        }
        return chosen;

        void Add(IEnumerable<RecallHit> hits)
        {
            int rank = 0;
            foreach (var hit in hits)
            {
                double score = 1 / (RankOffset + ++rank);
                fused[(hit.Index, hit.Part)] = (fused.GetValueOrDefault((hit.Index, hit.Part)).Score + score, hit);
            }
        }
    }

    private static IEnumerable<RecallHit> AboveUsual(IReadOnlyList<RecallHit> hits, int all)
    {
        if (hits.Count == 0)
            return [];
        // The median of all texts, or the value nearest to it if a store returned only the best; zero for few texts.
        double usual = hits.Count < Few ? 0 : hits[Math.Min(hits.Count - 1, all / 2)].Score;
        double floor = usual + (hits[0].Score - usual) * MeaningFloor;
        return hits.Where(hit => hit.Score >= LeastSimilarity && hit.Score >= floor);
    }
}
