namespace QwenChat.Recall;

/// <summary>
/// Ranks texts by the terms that they share with a query: the more, and the rarer among the texts, the nearer (Okapi BM25). A message is no
/// search query, so not all of its terms need to occur, as they must when a store is searched. Pure.
/// </summary>
internal static class WordRanking
{
    /// <summary>The usual constants of BM25: how soon a repeated term counts for less, and how much a long text is held against it.</summary>
    private const double Saturation = 1.2, LengthShare = 0.5;

    /// <summary>The texts that share a term with the query, best first; of equals the newest first.</summary>
    public static IReadOnlyList<RecallHit> Rank(IReadOnlyList<RecallText> texts, RecallQuery query)
    {
        double usual = Math.Max(1, texts.Sum(text => text.Length) / Math.Max(1, texts.Count));
        double[] own = Score(texts, query.Terms, usual);
        double[] before = query.WeightBefore > 0 ? Score(texts, query.TermsBefore, usual) : new double[texts.Count];
        double best = Math.Max(before.DefaultIfEmpty().Max(), double.Epsilon);
        // What the message before is about favours texts that the message finds; only a follow-up finds texts by it alone.
        return texts.Select((text, i) => new RecallHit(text.Index, text.Part,
                own[i] * (1 + query.WeightBefore * before[i] / best) + (query.IsFollowUp ? query.WeightBefore * before[i] : 0), QwenSearchMode.Words))
            .Where(hit => hit.Score > 0).OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Index).ThenBy(hit => hit.Part).ToArray();
    }

    private static double[] Score(IReadOnlyList<RecallText> texts, IReadOnlyDictionary<string, double> terms, double usualLength)
    {
        double[] scores = new double[texts.Count];
        foreach (var (term, weight) in terms)
        {
            int holders = texts.Count(text => text.Count(term) > 0);
            double rarity = Math.Log(1 + (texts.Count - holders + 0.5) / (holders + 0.5));
            for (int i = 0; holders > 0 && i < scores.Length; i++)
            {
                double count = texts[i].Count(term);
                double length = Saturation * (1 - LengthShare + LengthShare * texts[i].Length / usualLength);
                scores[i] += weight * rarity * count * (Saturation + 1) / (count + length);
            }
        }
        return scores;
    }
}
