using QwenChat.Storage.Postgres;
using QwenChat.Storage.Sqlite;

namespace QwenChat.Storage;

/// <summary>What QwenChat finds by name when it first opens a store. No type of a package crosses here.</summary>
public static class StoreFactory
{
    /// <summary>Opens a store, and makes it or brings it up to date where that is needed.</summary>
    /// <param name="path">The whole path of a SQLite file; null for PostgreSQL.</param>
    /// <param name="connectionString">The way to a PostgreSQL database; null for SQLite.</param>
    /// <param name="cancellation">Ends the wait for a server, or for another process that holds the file.</param>
    /// <returns>The store (an <c>IConversationStore</c>), and where it is, without a password.</returns>
    /// <exception cref="QwenException">There is no such store to be had, or it is not one that this version can use.</exception>
    public static async Task<(IAsyncDisposable Store, string Location)> OpenAsync(string? path, string? connectionString, CancellationToken cancellation)
    {
        SqlStore store = path is not null
            ? await SqliteStore.OpenAsync(path, TimeProvider.System, cancellation).ConfigureAwait(false)
            : await PostgresStore.OpenAsync(connectionString!, TimeProvider.System, cancellation).ConfigureAwait(false);
        return (store, store.Location);
    }
}
