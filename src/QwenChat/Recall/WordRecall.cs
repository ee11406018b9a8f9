using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Recall;

/// <summary>
/// Finds the turns that share words with a message: the more, and the rarer among the turns, the nearer (Okapi BM25). A message is no
/// query, so not all of its words need to occur, as they must when a store is searched. Pure.
/// </summary>
internal static class WordRecall
{
    /// <summary>The usual constants of BM25: how soon a word said again counts for less, and how much a long turn has to say it oftener.</summary>
    private const double Saturation = 1.2, LengthShare = 0.75;

    /// <summary>The nearest of the first turns, best first. Those that share no word are not among them.</summary>
    /// <param name="path">The turns.</param>
    /// <param name="end">How many of the first turns are looked at.</param>
    /// <param name="message">What is said.</param>
    /// <param name="count">At most so many.</param>
    public static IReadOnlyList<RecallHit> Find(TurnPath path, int end, string message, int count)
    {
        var wanted = WordBreaker.Of(message).ToHashSet(StringComparer.Ordinal);
        if (wanted.Count == 0)
            return [];
        var turns = new List<Counted>(end);
        var holders = new Dictionary<string, int>(StringComparer.Ordinal);
        long length = 0;
        foreach (var turn in path.Take(end).From(0))
        {
            var counted = Count(turn, wanted);
            turns.Add(counted);
            length += counted.Length;
            foreach (string word in counted.Words.Keys)
                holders[word] = holders.GetValueOrDefault(word) + 1;
        }
        double usual = Math.Max(1, (double)length / Math.Max(1, turns.Count));
        return turns.Select((turn, index) => new RecallHit(index, Score(turn))).Where(hit => hit.Score > 0)
            .OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Index).Take(count).ToArray();

        double Score(Counted turn) => turn.Words.Sum(word =>
            Math.Log(1 + (turns.Count - holders[word.Key] + 0.5) / (holders[word.Key] + 0.5))
            * word.Value * (Saturation + 1) / (word.Value + Saturation * (1 - LengthShare + LengthShare * turn.Length / usual)));
    }

    private static Counted Count(QwenTurn turn, HashSet<string> wanted)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        int length = 0;
        foreach (string word in WordBreaker.Of(turn.SpokenText))
        {
            length++;
            if (wanted.Contains(word))
                counts[word] = counts.GetValueOrDefault(word) + 1;
        }
        return new Counted(counts, length);
    }

    /// <summary>How often a turn has each of the wanted words, and how many words in all.</summary>
    private sealed record Counted(Dictionary<string, int> Words, int Length);
}
