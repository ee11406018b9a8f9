using QwenChat.Text;

namespace QwenChat.Recall;

/// <summary>A text with its term counts, for ranking.</summary>
internal sealed class RecallText
{
    /// <summary>The minimum share of common terms for two texts to count as duplicates; lower for replies to the same message.</summary>
    private const double NearDuplicate = 0.6, SameAnswer = 0.35;

    private readonly Dictionary<string, double> _counts = new(StringComparer.Ordinal);

    public RecallText(int index, int part, string text)
    {
        Index = index;
        Part = part;
        Answers = AnswerPatterns.In(text);
        foreach (var (term, weight) in SearchTerms.Of(text))
        {
            _counts[term] = _counts.GetValueOrDefault(term) + 1;
            Length += weight;
        }
    }

    public int Index { get; }

    public int Part { get; }

    /// <summary>The user's message of the turn; empty if it is not known.</summary>
    public string Message { get; init; } = "";

    public AnswerKinds Answers { get; }

    /// <summary>The length of the text for ranking: the sum of the weights of its terms.</summary>
    public double Length { get; }

    public IReadOnlyCollection<string> Terms => _counts.Keys;

    public double Count(string term) => _counts.GetValueOrDefault(term);

    public bool IsNearDuplicateOf(RecallText other)
    {
        int shared = _counts.Keys.Count(other._counts.ContainsKey);
        double share = (double)shared / Math.Max(1, _counts.Count + other._counts.Count - shared); // Jaccard
        return share >= NearDuplicate || (share >= SameAnswer && Message.Length > 0 && Message == other.Message);
    }
}
