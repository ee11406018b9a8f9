using System.Collections.Concurrent;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// The SQLite stores that are open in this process. They are closed when the process ends, so that each file contains all turns and can be copied
/// without its log.
/// </summary>
internal static class OpenStores
{
    private static readonly ConcurrentDictionary<SqliteStore, bool> s_open = new();

    static OpenStores() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Parallel.ForEach(s_open.Keys, store => store.CloseAtExit());

    public static void Add(SqliteStore store) => s_open[store] = true;

    public static void Remove(SqliteStore store) => s_open.TryRemove(store, out _);

    /// <summary>
    /// Verifies the open stores of a path, and releases files that were moved or overwritten. Called before a store is opened at the path, because SQLite
    /// would use the same log for the old file and the new file.
    /// </summary>
    public static async Task VerifyAsync(string path, CancellationToken cancellation)
    {
        foreach (var store in s_open.Keys.Where(store => store.Location == path))
            await store.VerifyAsync(cancellation).ConfigureAwait(false);
    }
}
