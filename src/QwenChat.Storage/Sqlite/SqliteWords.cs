using QwenChat.Text;

namespace QwenChat.Storage.Sqlite;

/// <summary>Indexes and searches words with SQLite's FTS5 extension.</summary>
internal static class SqliteWords
{
    public static Task IndexAsync(SqlSession session, long turn, string text) =>
        session.ExecuteAsync("INSERT INTO words (rowid, text) VALUES (@turn, @text)", ("turn", turn), ("text", string.Join(' ', WordBreaker.Of(text))));

    public static Task MatchAsync(SqlSession session, IReadOnlyList<WordPhrase> phrases, bool any, Func<TurnMatch, bool> take) => session.ReadSoundAsync(
        """
        SELECT t.key, t.strand, t.number, t.id, words.rank FROM words JOIN turn t ON t.key = words.rowid
        WHERE words MATCH @query ORDER BY words.rank
        """,
        // FTS5 ranks are negative BM25 scores: the lowest rank is the best match.
        reader => take(new TurnMatch(new TurnPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetGuid(3), -reader.GetDouble(4))),
        ("query", Write(phrases, any)));

    // Words consist of letters and digits only, so they need no escaping within the quotes.
    private static string Write(IReadOnlyList<WordPhrase> phrases, bool any) =>
        string.Join(any ? " OR " : " AND ", phrases.Select(phrase => $"\"{string.Join(' ', phrase.Words)}\"{(phrase.IsPrefix ? " *" : "")}"));
}
