using System.Globalization;
using System.Text;
using QwenChat.Text;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// Indexes and searches words with a tsvector. WordBreaker, not PostgreSQL, splits the text into words, so that the words are the same as in SQLite.
/// </summary>
internal static class PostgresWords
{
    /// <summary>The size of a turn's tsvector, in bytes, at which no further words are indexed. PostgreSQL limits a tsvector to 1 MB.</summary>
    private const int MostBytes = 800_000;

    /// <summary>The maximum number of positions of a word (PostgreSQL allows 256), and the highest position (PostgreSQL manual §12.11).</summary>
    private const int MostPlaces = 255, LastPlace = 16_383;

    public static Task IndexAsync(SqlSession session, long turn, string text) =>
        session.ExecuteAsync("UPDATE turn SET words = CAST(@words AS tsvector) WHERE key = @turn", ("words", Write(text)), ("turn", turn));

    public static Task MatchAsync(SqlSession session, IReadOnlyList<WordPhrase> phrases, bool any, Func<TurnMatch, bool> take) => session.ReadSoundAsync(
        """
        SELECT key, strand, number, id, CAST(ts_rank(words, CAST(@query AS tsquery)) AS double precision) AS rank FROM turn
        WHERE words @@ CAST(@query AS tsquery) ORDER BY rank DESC, key
        """,
        reader => take(new TurnMatch(new TurnPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetGuid(3), reader.GetDouble(4))),
        ("query", Write(phrases, any)));

    // Words consist of letters and digits only, so they need no escaping within the quotes.
    private static string Write(IReadOnlyList<WordPhrase> phrases, bool any) =>
        string.Join(any ? " | " : " & ",
            phrases.Select(phrase => $"({string.Join(" <-> ", phrase.Words.Select(word => $"'{word}'"))}{(phrase.IsPrefix ? ":*" : "")})"));

    private static string Write(string text)
    {
        var places = new Dictionary<string, List<int>>();
        int place = 0, bytes = 0;
        foreach (string word in WordBreaker.Of(text))
        {
            place++;
            if (!places.TryGetValue(word, out var own))
            {
                bytes += Encoding.UTF8.GetByteCount(word) + 4;
                if (bytes > MostBytes)
                    break;
                places[word] = own = [];
            }
            if (own.Count >= MostPlaces || (place > LastPlace && own.Count > 0))
                continue;
            own.Add(Math.Min(place, LastPlace));
            bytes += 2;
        }
        var vector = new StringBuilder();
        foreach (var (word, own) in places)
            vector.Append(CultureInfo.InvariantCulture, $"'{word}':{string.Join(',', own)} ");
        return vector.ToString();
    }
}
