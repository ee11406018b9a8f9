using System.Runtime.InteropServices;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// Keeps the vectors of a store in memory, and updates them before each search. 100,000 vectors with 1,024 dimensions need 400 MB. Not thread safe.
/// </summary>
internal sealed class VectorCache
{
    private readonly Dictionary<long, VectorBlock> _spaces = [];

    /// <summary>Reads the vectors that were added since the last update, or all vectors if some were removed.</summary>
    public async Task<VectorBlock> RefreshAsync(SqlSession session, long space, int dimensions)
    {
        if (!_spaces.TryGetValue(space, out var block))
            _spaces[space] = block = new VectorBlock(dimensions);
        var now = await SqliteState.ReadAsync(session).ConfigureAwait(false);
        if (now == block.State)
            return block;
        long count = (long)(await session.ScalarAsync("SELECT COUNT(*) FROM embedding WHERE space = @space", ("space", space)).ConfigureAwait(false))!;
        long last = await session.ScalarAsync("SELECT MAX(key) FROM embedding").ConfigureAwait(false) as long? ?? 0;
        if (last != block.LastKey || count != block.Count)
            await ReadNewAsync(session, space, block).ConfigureAwait(false);
        if (count != block.Count)
        {
            _spaces[space] = block = new VectorBlock(dimensions);
            await ReadNewAsync(session, space, block).ConfigureAwait(false);
        }
        block.LastKey = last;
        block.State = now;
        return block;
    }

    private static Task ReadNewAsync(SqlSession session, long space, VectorBlock block) => session.ReadSoundAsync(
        """
        SELECT t.key, t.strand, t.number, t.id, e.vector FROM embedding e JOIN turn t ON t.key = e.turn
        WHERE e.space = @space AND e.key > @last ORDER BY e.key
        """, reader =>
        {
            var place = new TurnPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
            block.Add(place, reader.GetGuid(3), MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(4)));
            return true;
        }, () => block.Add(default, default, []), ("space", space), ("last", block.LastKey));
}
