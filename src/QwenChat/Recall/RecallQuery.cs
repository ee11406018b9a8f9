using QwenChat.Text;
using QwenChat.Vectors;

namespace QwenChat.Recall;

/// <summary>The query for a message. The query includes the user's previous message, because a follow-up question may omit its subject.</summary>
internal sealed record RecallQuery
{
    /// <summary>The weight given to the previous message when the current message begins like a follow-up or has no terms of its own.</summary>
    private const double FollowUpWeight = 0.5;

    /// <summary>The weight given to the previous message when the current message contains a pronoun or only one term.</summary>
    private const double ReferenceWeight = 0.2;

    private static readonly HashSet<string> s_openings = ["and", "but", "so", "or", "then", "also", "那", "还", "然", "另", "它"];

    private static readonly HashSet<string> s_references =
        ["it", "its", "they", "them", "their", "that", "those", "these", "this", "he", "him", "his", "she", "her", "它", "他", "她", "这"];

    private static readonly HashSet<string> s_questions = ["what", "which", "when", "where", "who", "whom", "whose", "how", "why"];

    private RecallQuery(string message, string before)
    {
        Message = message;
        Asked = AnswerPatterns.AskedBy(message);
        Before = before;
        Terms = Weigh(message);
        TermsBefore = Weigh(before);
    }

    public string Message { get; }

    /// <summary>The previous message; empty if it is irrelevant.</summary>
    public string Before { get; }

    public AnswerKinds Asked { get; }

    /// <summary>The message's terms and their weights.</summary>
    public IReadOnlyDictionary<string, double> Terms { get; }

    public IReadOnlyDictionary<string, double> TermsBefore { get; }

    /// <summary>The weight of the previous message relative to the current message, from 0 to 1.</summary>
    public double WeightBefore { get; private init; }

    /// <summary>Whether a text may match if it shares terms only with the previous message.</summary>
    public bool IsFollowUp { get; private init; }

    /// <summary>Creates the query for a message; null for a message without words, or one that only thanks, greets or agrees.</summary>
    /// <param name="message">The message.</param>
    /// <param name="before">The user's previous message; empty for the first message.</param>
    public static RecallQuery? Of(string message, string before)
    {
        string[] words = WordBreaker.Of(message).ToArray();
        if (words.Length == 0 || IsCourtesy(words))
            return null;
        int ownTerms = SearchTerms.Of(message).Where(one => one.Weight >= 1).Select(one => one.Term).Distinct().Count();
        bool isFollowUp = s_openings.Contains(words[0]) || ownTerms == 0;
        bool mayBe = ownTerms == 1 || words.Any(s_references.Contains);
        return new RecallQuery(message, isFollowUp || mayBe ? before : "")
        {
            IsFollowUp = isFollowUp,
            WeightBefore = isFollowUp ? FollowUpWeight : mayBe ? ReferenceWeight : 0,
        };
    }

    /// <summary>Embeds the message, and adds a share of the previous message's vector.</summary>
    /// <exception cref="QwenException">The model returned no usable vector.</exception>
    public async Task<float[]> EmbedAsync(Embedder embedder, CancellationToken cancellation)
    {
        if (WeightBefore == 0 || Before.Length == 0)
            return await embedder.EmbedQueryAsync(Message, cancellation).ConfigureAwait(false);
        var vectors = await embedder.Embed([Message, Before], true, cancellation).ConfigureAwait(false);
        if (vectors[0] is not { } message)
            throw Embedder.Useless(embedder.Model);
        var space = new EmbeddingSpace(embedder.Model, message.Length);
        float[] direction = UnitVector.Of(message, space);
        if (vectors[1] is { } before && before.Length == message.Length)
            direction = direction.Zip(UnitVector.Of(before, space), (own, other) => own + (float)WeightBefore * other).ToArray();
        return direction;
    }

    // "Thank you" consists of a courtesy and a function word. "How are you" contains no courtesy. "And on which day?" contains a word of greetings, but also a
    // question word.
    private static bool IsCourtesy(string[] words) => words.Any(CommonWords.IsCourtesy) && !words.Any(s_questions.Contains)
        && words.All(word => CommonWords.IsCourtesy(word) || (CommonWords.IsFunctionWord(word) && word[0] < '\u2e80'));

    private static Dictionary<string, double> Weigh(string text)
    {
        var terms = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (term, weight) in SearchTerms.Of(text))
            terms[term] = GeneralTerms.Contains(term) ? weight * GeneralTerms.Weight : weight;
        return terms;
    }
}
