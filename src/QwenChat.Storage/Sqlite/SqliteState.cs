namespace QwenChat.Storage.Sqlite;

/// <summary>Identifies the state of a store's data, as seen by one connection. The value changes with every write.</summary>
/// <param name="Others">Changes whenever another connection writes (sqlite.org/pragma.html#pragma_data_version).</param>
/// <param name="Own">The number of rows written by this connection (sqlite.org/lang_corefunc.html#total_changes).</param>
internal readonly record struct SqliteState(long Others, long Own)
{
    public static async Task<SqliteState> ReadAsync(SqlSession session) => new(
        (long)(await session.ScalarAsync("PRAGMA data_version").ConfigureAwait(false))!,
            (long)(await session.ScalarAsync("SELECT total_changes()").ConfigureAwait(false))!);
}
