namespace QwenChat.Recall;

/// <summary>
/// Weights of texts that do not depend on the words of the query. A text has less weight if its terms occur in many other texts, and more weight if it
/// contains the kind of fact that the message asks for.
/// </summary>
internal sealed class TextWeights
{
    /// <summary>The share of the weight that depends on the rarity of the terms.</summary>
    private const double RarityShare = 0.65;

    /// <summary>The bonus for a text that contains the kind of fact that the message asks for.</summary>
    private const double AnswerBonus = 0.25;

    /// <summary>
    /// The scale of rarity, as a number of texts or as a fraction of all texts, whichever is greater. A term that occurs in one text has the rarity 1;
    /// a term that occurs in that many more texts has the rarity 0.5.
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
