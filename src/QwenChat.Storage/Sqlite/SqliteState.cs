namespace QwenChat.Storage.Sqlite;

/// <summary>A moment in the life of a store, as one connection sees it: as long as it is the same, nobody has written anything.</summary>
/// <param name="Others">Changes whenever another connection has written (sqlite.org/pragma.html#pragma_data_version).</param>
/// <param name="Own">The rows that this connection has written (sqlite.org/lang_corefunc.html#total_changes).</param>
internal readonly record struct SqliteState(long Others, long Own)
{
    public static async Task<SqliteState> ReadAsync(SqlSession session) => new(
        (long)(await session.ScalarAsync("PRAGMA data_version").ConfigureAwait(false))!,
            (long)(await session.ScalarAsync("SELECT total_changes()").ConfigureAwait(false))!);
}
