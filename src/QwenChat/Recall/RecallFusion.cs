namespace QwenChat.Recall;

/// <summary>
/// Combines the turns found by words and by meaning: it adds reciprocal ranks, because scores of different kinds cannot be compared. Turns that are
/// much worse than the best are omitted, and so are near duplicates of a better one.
/// </summary>
internal static class RecallFusion
{
    /// <summary>Added to a rank, so that the first place of one list does not outweigh good places in both.</summary>
    private const double RankOffset = 5;

    /// <summary>The share of the best score by words that a hit needs.</summary>
    private const double WordFloor = 0.35;

    /// <summary>The share of the way from the usual similarity to the best that a hit by meaning needs: similarities of models differ.</summary>
    private const double MeaningFloor = 0.45;

    /// <summary>The cosine that a hit by meaning needs: texts with a lower one have nothing in common for any model.</summary>
    private const double LeastSimilarity = 0.1;

    /// <summary>The share of the best fused score that a hit needs.</summary>
    private const double FusedFloor = 0.45;

    /// <summary>Of fewer texts than these no similarity is the usual one.</summary>
    private const int Few = 8;

    /// <summary>The best hits, at most one for each turn.</summary>
    /// <param name="texts">The texts that were looked at.</param>
    /// <param name="words">The maximum number of hits.</param>
    /// <param name="meaning">The hits by meaning, best first; empty where meaning was not asked for.</param>
    /// <param name="count">At most so many.</param>
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
        // The middle of all texts, or the nearest to it where a store gave the best alone; of a few nothing is usual.
        double usual = hits.Count < Few ? 0 : hits[Math.Min(hits.Count - 1, all / 2)].Score;
        double floor = usual + (hits[0].Score - usual) * MeaningFloor;
        return hits.Where(hit => hit.Score >= LeastSimilarity && hit.Score >= floor);
    }
}
