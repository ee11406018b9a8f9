using QwenChat.Vectors;

namespace QwenChat.Storage;

/// <summary>Finds and adds embedding spaces, and finds turns that have no vector yet.</summary>
internal static class EmbeddingTable
{
    /// <summary>Returns the key of an embedding space; null if the store contains no vectors of its model yet.</summary>
    /// <exception cref="QwenException">The store contains vectors of the same model with a different length.</exception>
    public static async Task<long?> FindSpaceAsync(SqlSession session, EmbeddingSpace space)
    {
        var found = await session.QueryAsync(
            "SELECT key, dimensions FROM space WHERE model = @model", reader => (Key: reader.GetInt64(0), Dimensions: reader.GetInt64(1)),
                ("model", space.Model)).ConfigureAwait(false);
        if (found.Count == 0)
            return null;
        return found[0].Dimensions == space.Dimensions ? found[0].Key : throw new QwenException(QwenErrorKind.InvalidRequest,
            $"The store contains vectors of {space.Model} with {found[0].Dimensions} dimensions, but the new vectors have {space.Dimensions}. " +
            $"Use {found[0].Dimensions} dimensions, a different model, or a different store.");
    }

    public static async Task<long> AddSpaceAsync(SqlSession session, EmbeddingSpace space)
    {
        await session.ExecuteAsync(
            "INSERT INTO space (model, dimensions) VALUES (@model, @dimensions) ON CONFLICT (model) DO NOTHING", ("model", space.Model),
                ("dimensions", (long)space.Dimensions)).ConfigureAwait(false);
        return (await FindSpaceAsync(session, space).ConfigureAwait(false))!.Value;
    }

    /// <summary>Returns the turns that contain text but have no vector yet, oldest first. Undone turns are excluded.</summary>
    public static async Task<List<(long Key, Guid Id)>> ReadMissingAsync(SqlSession session, EmbeddingSpace space, TurnsInConversations reachable, int limit)
    {
        var missing = new List<(long, Guid)>();
        long key = await FindSpaceAsync(session, space).ConfigureAwait(false) ?? 0;
        await session.ReadSoundAsync(
            """
            SELECT t.key, t.id, t.strand, t.number FROM turn t
            WHERE t.has_text = 1 AND NOT EXISTS (SELECT 1 FROM embedding e WHERE e.space = @space AND e.turn = t.key) ORDER BY t.key
            """, reader =>
            {
                if (missing.Count < limit && reachable.Contains(reader.GetInt64(2), reader.GetInt64(3)))
                    missing.Add((reader.GetInt64(0), reader.GetGuid(1)));
                return missing.Count < limit;
            }, ("space", key)).ConfigureAwait(false);
        return missing;
    }
}
