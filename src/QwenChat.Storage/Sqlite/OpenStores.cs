using System.Collections.Concurrent;

namespace QwenChat.Storage.Sqlite;

/// <summary>Tracks the SQLite stores that are open in this process, and closes them when the process ends. Closing copies the log into the file.</summary>
internal static class OpenStores
{
    private static readonly ConcurrentDictionary<SqliteStore, bool> s_open = new();

    static OpenStores() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Parallel.ForEach(s_open.Keys, store => store.CloseAtExit());

    public static void Add(SqliteStore store) => s_open[store] = true;

    public static void Remove(SqliteStore store) => s_open.TryRemove(store, out _);

    /// <summary>
    /// Verifies the stores that are open at a path, and releases moved or overwritten files. Otherwise, a store opened at the path would use the log of
    /// the old file.
    /// </summary>
    public static async Task VerifyAsync(string path, CancellationToken cancellation)
    {
        foreach (var store in s_open.Keys.Where(store => store.Location == path))
            await store.VerifyAsync(cancellation).ConfigureAwait(false);
    }
}
