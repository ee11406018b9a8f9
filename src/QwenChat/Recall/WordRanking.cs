namespace QwenChat.Recall;

/// <summary>
/// Ranks texts by the terms that they share with a query (Okapi BM25). Unlike in a store search, not all terms must occur, because a message is not a search
/// query.
/// </summary>
internal static class WordRanking
{
    /// <summary>The constants k1 and b of BM25: the saturation of repeated terms, and the penalty for long texts.</summary>
    private const double Saturation = 1.2, LengthShare = 0.5;

    /// <summary>The weight below which a term counts as a function word and cannot be a match.</summary>
    private const double LeastWeight = 0.3;

    /// <summary>Returns the texts that share a term with the query, best first; of equally ranked texts, the newest first.</summary>
    public static IReadOnlyList<RecallHit> Rank(IReadOnlyList<RecallText> texts, RecallQuery query)
    {
        double usual = Math.Max(1, texts.Sum(text => text.Length) / Math.Max(1, texts.Count));
        double[] own = Score(texts, query.Terms, usual);
        double[] before = query.WeightBefore > 0 ? Score(texts, query.TermsBefore, usual) : new double[texts.Count];
        double best = Math.Max(before.DefaultIfEmpty().Max(), double.Epsilon);
        // Terms of the previous message raise the rank of texts that match the message. They are sufficient for a match only if the message is a
        // follow-up.
        return texts.Select((text, i) => new RecallHit(text.Index, text.Part,
                own[i] * (1 + query.WeightBefore * before[i] / best) + (query.IsFollowUp ? query.WeightBefore * before[i] : 0), QwenSearchMode.Words))
            .Zip(texts, (hit, text) => (Hit: hit, IsAbout: SharesTerm(text, query.Terms) || (query.WeightBefore > 0 && SharesTerm(text, query.TermsBefore))))
            .Where(one => one.Hit.Score > 0 && one.IsAbout).Select(one => one.Hit)
            .OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Index).ThenBy(hit => hit.Part).ToArray();
    }

    /// <summary>Returns whether a text contains one of the terms. Function words do not count, because they occur in almost all texts.</summary>
    private static bool SharesTerm(RecallText text, IReadOnlyDictionary<string, double> terms) =>
        terms.Any(term => term.Value >= LeastWeight && text.Count(term.Key) > 0);

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
