namespace QwenChat.Storage;

/// <summary>What is looked for: words or phrases that must all occur, in any order.</summary>
/// <param name="Words">The words of a phrase, in order; most often one.</param>
/// <param name="IsPrefix">Whether the last word may go on.</param>
internal sealed record WordPhrase(IReadOnlyList<string> Words, bool IsPrefix)
{
    /// <summary>Reads a query as a user writes it: words, <c>"a phrase"</c>, <c>begin*</c>.</summary>
    /// <exception cref="QwenException">There is no word in it.</exception>
    public static IReadOnlyList<WordPhrase> Parse(string query)
    {
        var phrases = new List<WordPhrase>();
        string[] pieces = query.Split('"');
        for (int i = 0; i < pieces.Length; i++)
        {
            bool quoted = i % 2 == 1;
            foreach (string piece in quoted ? [pieces[i]] : pieces[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                // What is written together, as in e-mail or 京都, is looked for together.
                string[] words = QwenChat.Text.WordBreaker.Of(piece).ToArray();
                if (words.Length > 0)
                    phrases.Add(new WordPhrase(words, !quoted && piece.EndsWith('*')));
            }
        }
        return phrases.Count > 0 ? phrases : throw new QwenException(QwenErrorKind.InvalidRequest,
            "There is no word in the query. A search by words needs at least one letter or digit; punctuation alone is not indexed.");
    }
}
