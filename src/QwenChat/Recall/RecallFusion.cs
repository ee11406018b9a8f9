namespace QwenChat.Recall;

/// <summary>
/// Combines the hits of keyword and semantic search. Each score becomes a fraction of the best score of its search, and the fractions of a turn are added.
/// Turns with much lower scores, and near duplicates of a better turn, are omitted.
/// </summary>
internal static class RecallFusion
{
    /// <summary>The minimum score of a keyword hit, as a share of the best keyword score.</summary>
    private const double WordFloor = 0.35;

    /// <summary>
    /// The minimum score of a semantic hit, as a share of the best score. The typical similarity is subtracted from all scores first, because it differs
    /// between models.
    /// </summary>
    private const double MeaningFloor = 0.28;

    /// <summary>The minimum cosine similarity of a semantic hit; texts below it are unrelated, whatever the model.</summary>
    private const double LeastSimilarity = 0.06;

    /// <summary>The minimum combined score of a hit, as a share of the best combined score.</summary>
    private const double FusedFloor = 0.28;

    /// <summary>The minimum number of hits for estimating the typical similarity.</summary>
    private const int Few = 8;

    /// <summary>Returns the best hits, at most one for each turn.</summary>
    /// <param name="texts">The texts that were searched.</param>
    /// <param name="asked">The kinds of facts that the message asks for.</param>
    /// <param name="words">The keyword hits.</param>
    /// <param name="meaning">The semantic hits, best first; empty without semantic search.</param>
    /// <param name="count">The maximum number of hits.</param>
    /// <param name="isRead">Returns whether the model reads a turn without recall. The turn is then not a hit, but its score can still exclude turns that score
    /// much lower.</param>
    public static IReadOnlyList<RecallHit> Fuse(IReadOnlyList<RecallText> texts, AnswerKinds asked, IReadOnlyList<RecallHit> words,
        IReadOnlyList<RecallHit> meaning, int count, Func<int, bool> isRead)
    {
        var weights = new TextWeights(texts, asked);
        var fused = new Dictionary<(int Index, int Part), (double Score, RecallHit Hit)>();
        Add(words, 0, WordFloor);
        Add(meaning.Where(hit => hit.Score >= LeastSimilarity), TypicalScore(meaning, texts.Count), MeaningFloor);
        var byPlace = texts.ToDictionary(text => (text.Index, text.Part));
        var chosen = new List<RecallHit>();
        double best = fused.Count == 0 ? 0 : fused.Values.Max(one => one.Score);
        foreach (var (place, (score, hit)) in fused.OrderByDescending(one => one.Value.Score).ThenByDescending(one => one.Key.Index))
        {
            if (chosen.Count == count || score < best * FusedFloor)
                break;
            if (!isRead(hit.Index) && chosen.All(other => other.Index != hit.Index && !byPlace[place].IsNearDuplicateOf(byPlace[(other.Index, other.Part)])))
                chosen.Add(hit);
        }
        return chosen;

        void Add(IEnumerable<RecallHit> hits, double typical, double floor)
        {
            var weighted = hits.Select(hit => (Hit: hit, Score: (hit.Score - typical) * weights.Of(hit.Index, hit.Part))).ToArray();
            double most = weighted.Select(one => one.Score).DefaultIfEmpty().Max();
            foreach (var (hit, score) in weighted.Where(one => one.Score > 0 && one.Score >= most * floor))
                fused[(hit.Index, hit.Part)] = (fused.GetValueOrDefault((hit.Index, hit.Part)).Score + score / most, hit);
        }
    }

    /// <summary>Returns the median score of all texts, or the lowest score if the hits do not include the median. Returns 0 if there are few hits.</summary>
    private static double TypicalScore(IReadOnlyList<RecallHit> hits, int all) => hits.Count < Few ? 0 : hits[Math.Min(hits.Count - 1, all / 2)].Score;
}
