using QwenChat.Text;

namespace QwenChat.Storage.Sqlite;

/// <summary>The search by words, by SQLite's FTS5.</summary>
internal static class SqliteWords
{
    public static Task IndexAsync(SqlSession session, long turn, string text) =>
        session.ExecuteAsync("INSERT INTO words (rowid, text) VALUES (@turn, @text)", ("turn", turn), ("text", string.Join(' ', WordBreaker.Of(text))));

    public static Task MatchAsync(SqlSession session, IReadOnlyList<WordPhrase> phrases, Func<TurnMatch, bool> take) => session.ReadSoundAsync(
        """
        SELECT t.key, t.strand, t.number, t.id, words.rank FROM words JOIN turn t ON t.key = words.rowid
        WHERE words MATCH @query ORDER BY words.rank
        """,
        // The rank is BM25 with its sign turned, so that the best comes first by itself.
        reader => take(new TurnMatch(new TurnPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetGuid(3), -reader.GetDouble(4))),
        ("query", Write(phrases)));

    // Words are letters and digits alone, so that nothing needs to be quoted within the quotes.
    private static string Write(IReadOnlyList<WordPhrase> phrases) =>
        string.Join(" AND ", phrases.Select(phrase => $"\"{string.Join(' ', phrase.Words)}\"{(phrase.IsPrefix ? " *" : "")}"));
}
