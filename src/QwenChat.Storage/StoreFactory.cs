using QwenChat.Storage.Postgres;
using QwenChat.Storage.Sqlite;

namespace QwenChat.Storage;

/// <summary>
/// The entry point that QwenChat finds by name when it first opens a store. Its signatures contain no types from packages, because the packages are
/// loaded in a separate context.
/// </summary>
public static class StoreFactory
{
    /// <summary>Opens a store, and creates or upgrades it if necessary.</summary>
    /// <param name="path">The full path of a SQLite file; null for PostgreSQL.</param>
    /// <param name="connectionString">The connection string of a PostgreSQL database; null for SQLite.</param>
    /// <param name="cancellation">Cancels waiting for a server or for another process that uses the file.</param>
    /// <returns>The store (an <c>IConversationStore</c>) and its location without a password.</returns>
    /// <exception cref="QwenException">The store cannot be opened, or this version cannot use it.</exception>
    public static async Task<(IAsyncDisposable Store, string Location)> OpenAsync(string? path, string? connectionString, CancellationToken cancellation)
    {
        SqlStore store = path is not null
            ? await SqliteStore.OpenAsync(path, TimeProvider.System, cancellation).ConfigureAwait(false)
            : await PostgresStore.OpenAsync(connectionString!, TimeProvider.System, cancellation).ConfigureAwait(false);
        return (store, store.Location);
    }
}
