using System.Management.Automation;
using QwenChat.Commands.SessionState;
using QwenChat.Saving;

namespace QwenChat.Commands.Input;

/// <summary>Reads the value of <c>-Store</c>: an open store, or the path of a SQLite file, which is opened once per session.</summary>
internal sealed class StoreArgument(Session session, PathIntrinsics paths)
{
    /// <summary>Returns the store for a value.</summary>
    /// <param name="value">The value of <c>-Store</c>.</param>
    /// <param name="mayCreate">Whether to create a missing file. False for a lookup, because a mistyped path would look like an empty store.</param>
    /// <param name="cancellation">Cancels the wait for another process that has the file open.</param>
    /// <exception cref="QwenException">The value is not a store, or the store cannot be opened.</exception>
    public Task<QwenStore> ReadAsync(object? value, bool mayCreate, CancellationToken cancellation)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case QwenStore store:
                store.RequireOpen();
                return Task.FromResult(store);
            case string path:
                return OfTextAsync(path, mayCreate, cancellation);
            case FileInfo file:
                return OfFileAsync(file.FullName, mayCreate, cancellation);
            case PathInfo path:
                return OfFileAsync(path.ProviderPath, mayCreate, cancellation);
            case null:
                throw Refuse("-Store is $null. Omit it, or specify a store (New-QwenStore) or its path.");
            default:
                return value is PSObject shell && DeserializedObject.Is(shell, typeof(QwenStore)) ? ReopenAsync(shell, mayCreate, cancellation)
                    : throw Refuse($"-Store accepts a store (New-QwenStore) or the path of a SQLite file, not an object of type {DisplayType(value!)}.");
        }
    }

    /// <summary>Returns the store in a file whose path contains no wildcards.</summary>
    /// <exception cref="QwenException">The store cannot be opened.</exception>
    public Task<QwenStore> OfFileAsync(string path, bool mayCreate, CancellationToken cancellation) =>
        OpenAsync(Paths.Find(path, isLiteral: true), mayCreate, cancellation);

    private FilePaths Paths => new(paths, QwenErrorKind.StoreUnavailable) { Literally = "open the store with New-QwenStore -LiteralPath" };

    private Task<QwenStore> OfTextAsync(string path, bool mayCreate, CancellationToken cancellation)
    {
        if (path.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            throw Refuse("-Store accepts the path of a SQLite file. For a PostgreSQL database, use -Store (New-QwenStore -ConnectionString …).");
        if (string.IsNullOrWhiteSpace(path))
            throw Refuse("-Store is empty. Specify a store (New-QwenStore) or its path.");
        return OpenAsync(Paths.Find(path, isLiteral: false), mayCreate, cancellation);
    }

    private async Task<QwenStore> OpenAsync(string file, bool mayCreate, CancellationToken cancellation)
    {
        if (session.FindStore(file) is { } open)
            return open;
        if (!mayCreate && !File.Exists(file))
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"There is no store at '{file}'. Check the path, or use New-QwenStore to create a store.");
        var store = await StorageAssembly.Default.OpenFileAsync(file, cancellation).ConfigureAwait(false);
        session.Opened(store);
        return store;
    }

    /// <summary>Returns the store to which a deserialized store object refers. Only a SQLite store can be reopened, from its path.</summary>
    private Task<QwenStore> ReopenAsync(PSObject shell, bool mayCreate, CancellationToken cancellation) =>
        shell.Properties[nameof(QwenStore.Provider)]?.Value as string == "SQLite" && shell.Properties[nameof(QwenStore.Location)]?.Value is string file
            ? OfFileAsync(file, mayCreate, cancellation)
            : throw Refuse("This store comes from another process. Open it here with New-QwenStore -ConnectionString ….");

    private static string DisplayType(object value) => (value is PSObject shell ? shell.BaseObject : value).GetType().Name;

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
