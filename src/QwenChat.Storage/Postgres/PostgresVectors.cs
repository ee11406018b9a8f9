using System.Globalization;
using System.Text;
using QwenChat.Store;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// Stores and searches vectors with the pgvector extension. Each embedding space has its own HNSW index, because all vectors of an index must have the
/// same length.
/// </summary>
/// <param name="schema">The quoted schema of the extension, which need not be on the search path.</param>
/// <param name="version">The version of the extension.</param>
internal sealed class PostgresVectors(string schema, Version version)
{
    /// <summary>
    /// The maximum number of dimensions of an HNSW index on <c>vector</c>. From version 0.7, an index on <c>halfvec</c> can have twice as many
    /// (pgvector's README).
    /// </summary>
    private const int MostIndexed = 2000;

    public static async Task<PostgresVectors?> FindAsync(SqlSession session)
    {
        var found = await session.QueryAsync(
            "SELECT quote_ident(n.nspname), e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'",
            reader => new PostgresVectors(reader.GetString(0), Version.Parse(reader.GetString(1)))).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <returns>True when the table was created.</returns>
    public async Task<bool> AddTableAsync(SqlSession session)
    {
        if (await session.ScalarAsync("SELECT to_regclass('embedding')::text").ConfigureAwait(false) is not null)
            return false;
        await session.ExecuteAsync($"""
            CREATE TABLE IF NOT EXISTS embedding (
                space bigint NOT NULL REFERENCES space (key),
                turn bigint NOT NULL REFERENCES turn (key) ON DELETE CASCADE,
                vector {schema}.vector NOT NULL,
                PRIMARY KEY (space, turn));
            CREATE INDEX IF NOT EXISTS embedding_turn ON embedding (turn);
            """).ConfigureAwait(false);
        return true;
    }

    /// <summary>Creates the index of an embedding space, unless this version of the extension cannot index that many dimensions.</summary>
    public async Task AddIndexAsync(SqlSession session, long space, int dimensions)
    {
        if (Indexed(dimensions) is not { } type)
            return;
        await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
            $"CREATE INDEX embedding_space_{space} ON embedding "
                + $"USING hnsw ((vector::{schema}.{type}({dimensions})) {schema}.{type}_cosine_ops) WHERE space = {space}")).ConfigureAwait(false);
    }

    public Task WriteAsync(SqlSession session, long space, long turn, float[] vector) => session.ExecuteAsync(
        "INSERT INTO embedding (space, turn, vector) "
            + $"VALUES (@space, @turn, CAST(@vector AS {schema}.vector)) ON CONFLICT (space, turn) DO UPDATE SET vector = EXCLUDED.vector",
        ("space", space), ("turn", turn), ("vector", Write(vector)));

    public static async Task<float[]?> ReadAsync(SqlSession session, long space, Guid turnId)
    {
        var found = await session.QueryAsync(
            "SELECT CAST(e.vector AS real[]) FROM turn t JOIN embedding e ON e.turn = t.key AND e.space = @space WHERE t.id = @id",
            reader => reader.GetFieldValue<float[]>(0), ("space", space), ("id", turnId)).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyList<TurnMatch>> FindNearestAsync(SqlSession session, long space, float[] query, TurnsInConversations reachable,
        StoreSearchScope scope)
    {
        if (scope.ConversationId is null && Indexed(query.Length) is { } type)
        {
            // The index includes undone and excluded turns, so more candidates are requested than needed.
            int candidates = Math.Min(1000, 2 * scope.Top + scope.Exclude.Count + 40);
            var near = await FindByIndexAsync(session, space, type, query, candidates).ConfigureAwait(false);
            var wanted = near.Where(match => reachable.Contains(match.Turn.Strand, match.Turn.Number) && !scope.Exclude.Contains(match.Id)).Take(scope.Top)
                .ToList();
            if (wanted.Count == scope.Top)
                return wanted;
        }
        return await FindExactlyAsync(session, space, query, reachable, scope).ConfigureAwait(false);
    }

    private async Task<List<TurnMatch>> FindByIndexAsync(SqlSession session, long space, string type, float[] query, int candidates)
    {
        await session.ExecuteAsync(Invariant($"SET LOCAL hnsw.ef_search = {candidates}")).ConfigureAwait(false);
        // The space is a literal instead of a parameter, because otherwise the planner would not use the index of the space.
        string distance = Invariant($"vector::{schema}.{type}({query.Length}) OPERATOR({schema}.<=>) CAST(@query AS {schema}.{type}({query.Length}))");
        return await session.QueryAsync(Invariant($"""
            SELECT t.key, t.strand, t.number, t.id, 1 - near.distance FROM (
                SELECT turn, {distance} AS distance FROM embedding WHERE space = {space} ORDER BY {distance} LIMIT {candidates}) near
            JOIN turn t ON t.key = near.turn ORDER BY near.distance
            """), ReadMatch, ("query", Write(query))).ConfigureAwait(false);
    }

    private Task<List<TurnMatch>> FindExactlyAsync(SqlSession session, long space, float[] query, TurnsInConversations reachable, StoreSearchScope scope) =>
        session.QueryAsync($"""
        SELECT t.key, t.strand, t.number, t.id, 1 - (e.vector OPERATOR({schema}.<=>) CAST(@query AS {schema}.vector)) AS score
        FROM unnest(@strands, @throughs) AS segment (strand, through)
        JOIN turn t ON t.strand = segment.strand AND t.number <= segment.through
        JOIN embedding e ON e.space = @space AND e.turn = t.key
        WHERE t.id <> ALL (@exclude) ORDER BY score DESC LIMIT @top
        """, ReadMatch, ("query", Write(query)), ("space", space), ("strands", reachable.Reach.Keys.ToArray()), ("throughs", reachable.Reach.Values.ToArray()),
        ("exclude", scope.Exclude.ToArray()), ("top", (long)scope.Top));

    private string? Indexed(int dimensions) => dimensions switch
    {
        _ when version < new Version(0, 5) => null,
        <= MostIndexed => "vector",
        <= 2 * MostIndexed when version >= new Version(0, 7) => "halfvec",
        _ => null,
    };

    private static TurnMatch ReadMatch(System.Data.Common.DbDataReader reader) =>
        new(new TurnPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetGuid(3), reader.GetDouble(4));

    private static string Write(float[] vector)
    {
        var text = new StringBuilder("[", vector.Length * 12);
        foreach (float value in vector)
            text.Append(value.ToString("R", CultureInfo.InvariantCulture)).Append(',');
        text[^1] = ']';
        return text.ToString();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
