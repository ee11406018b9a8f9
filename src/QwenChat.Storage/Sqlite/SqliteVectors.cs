using System.Runtime.InteropServices;

namespace QwenChat.Storage.Sqlite;

/// <summary>Stores vectors as BLOBs: consecutive 4-byte floats, little-endian.</summary>
internal static class SqliteVectors
{
    /// <summary>Stores the vector of a turn. An existing row is deleted, so that the new row has a higher key and caches detect the change.</summary>
    public static async Task WriteAsync(SqlSession session, long space, long turn, float[] vector)
    {
        await session.ExecuteAsync("DELETE FROM embedding WHERE space = @space AND turn = @turn", ("space", space), ("turn", turn)).ConfigureAwait(false);
        await session.ExecuteAsync(
            "INSERT INTO embedding (space, turn, vector) VALUES (@space, @turn, @vector)",
            ("space", space), ("turn", turn), ("vector", MemoryMarshal.AsBytes(vector.AsSpan()).ToArray())).ConfigureAwait(false);
    }

    public static async Task<float[]?> ReadAsync(SqlSession session, long space, Guid turnId)
    {
        var found = await session.QueryAsync(
            "SELECT e.vector FROM turn t JOIN embedding e ON e.turn = t.key AND e.space = @space WHERE t.id = @id",
            reader => MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(0)).ToArray(), ("space", space), ("id", turnId)).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }
}
