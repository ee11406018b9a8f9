using QwenChat.Text;

namespace QwenChat.Recall;

/// <summary>A text with its terms counted, to be ranked for a message.</summary>
internal sealed class RecallText
{
    /// <summary>Texts with a larger share of terms in common say the same; of answers to the same message it may be a smaller one.</summary>
    private const double NearDuplicate = 0.6, SameAnswer = 0.35;

    private readonly Dictionary<string, double> _counts = new(StringComparer.Ordinal);

    public RecallText(int index, int part, string text)
    {
        Index = index;
        Part = part;
        foreach (var (term, weight) in SearchTerms.Of(text))
        {
            _counts[term] = _counts.GetValueOrDefault(term) + 1;
            Length += weight;
        }
    }

    /// <summary>The turn, from 0.</summary>
    public int Index { get; }

    /// <summary>The part of the turn, from 0.</summary>
    public int Part { get; }

    /// <summary>The user's message of the turn; empty where it is not known.</summary>
    public string Message { get; init; } = "";

    /// <summary>The sum of the weights of its terms.</summary>
    public double Length { get; }

    /// <summary>The different terms.</summary>
    public IReadOnlyCollection<string> Terms => _counts.Keys;

    /// <summary>How often a term occurs.</summary>
    public double Count(string term) => _counts.GetValueOrDefault(term);

    /// <summary>Whether two texts say nearly the same.</summary>
    public bool IsNearDuplicateOf(RecallText other)
    {
        int shared = _counts.Keys.Count(other._counts.ContainsKey);
        double share = (double)shared / Math.Max(1, _counts.Count + other._counts.Count - shared); // Jaccard
        return share >= NearDuplicate || (share >= SameAnswer && Message.Length > 0 && Message == other.Message);
    }
}
