namespace QwenChat.Recall;

/// <summary>
/// Weights texts independently of the query's words. A text has less weight if its terms are common, and more weight if it contains the kind of fact that the
/// message asks for.
/// </summary>
internal sealed class TextWeights
{
    /// <summary>The share of the weight that depends on the rarity of the terms.</summary>
    private const double RarityShare = 0.65;

    /// <summary>The bonus for a text that contains the kind of fact that the message asks for.</summary>
    private const double AnswerBonus = 0.25;

    /// <summary>
    /// The number of additional texts containing a term that lowers its rarity from 1 to 0.5: a fixed number or a share of all texts, whichever is greater.
    /// </summary>
    private const double FewTexts = 2, FewTextsShare = 0.01;

    private readonly Dictionary<(int Index, int Part), double> _weights = [];

    public TextWeights(IReadOnlyList<RecallText> texts, AnswerKinds asked)
    {
        var holders = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string term in texts.SelectMany(text => text.Terms))
            holders[term] = holders.GetValueOrDefault(term) + 1;
        double few = Math.Max(FewTexts, texts.Count * FewTextsShare);
        foreach (var text in texts)
        {
            double rarity = text.Terms.Count == 0 ? 0 : text.Terms.Average(term => few / (few + holders[term] - 1));
            _weights[(text.Index, text.Part)] = (1 - RarityShare + RarityShare * rarity) * ((text.Answers & asked) == 0 ? 1 : 1 + AnswerBonus);
        }
    }

    /// <summary>Returns the weight of a text; zero for an unknown text.</summary>
    public double Of(int index, int part) => _weights.GetValueOrDefault((index, part));
}
