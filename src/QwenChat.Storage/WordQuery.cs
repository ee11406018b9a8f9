namespace QwenChat.Storage;

/// <summary>A word or phrase in a query.</summary>
/// <param name="Words">The words of the phrase, in order.</param>
/// <param name="IsPrefix">Whether the last word is a prefix.</param>
internal sealed record WordPhrase(IReadOnlyList<string> Words, bool IsPrefix)
{
    /// <summary>Parses a user's query: words, <c>"a phrase"</c>, <c>begin*</c>.</summary>
    /// <exception cref="QwenException">The query contains no words.</exception>
    public static IReadOnlyList<WordPhrase> Parse(string query)
    {
        var phrases = new List<WordPhrase>();
        string[] pieces = query.Split('"');
        for (int i = 0; i < pieces.Length; i++)
        {
            bool quoted = i % 2 == 1;
            foreach (string piece in quoted ? [pieces[i]] : pieces[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                // Text written without spaces, such as e-mail or 京都, is searched as a phrase.
                string[] words = QwenChat.Text.WordBreaker.Of(piece).ToArray();
                if (words.Length > 0)
                    phrases.Add(new WordPhrase(words, !quoted && piece.EndsWith('*')));
            }
        }
        return phrases.Count > 0 ? phrases : throw new QwenException(QwenErrorKind.InvalidRequest,
            "The query contains no words. Specify at least one letter or digit; punctuation is not indexed.");
    }
}
