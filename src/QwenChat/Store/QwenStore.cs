using System.Collections.Concurrent;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat;

/// <summary>
/// A durable store of conversations: an open SQLite file, or an open PostgreSQL database. The store stays open until it is closed, until it is no
/// longer referenced, or until the session ends. Several runspaces and processes can use a store concurrently.
/// </summary>
public sealed class QwenStore : IDisposable
{
    private readonly IConversationStore _backend;
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);
    private int _closed;

    internal QwenStore(string provider, string location, IConversationStore backend)
    {
        Provider = provider;
        Location = location;
        _backend = backend;
    }

    /// <summary><c>SQLite</c> or <c>PostgreSQL</c>.</summary>
    public string Provider { get; }

    /// <summary>The full path of the file, or the database as <c>user@host:port/database</c>. Never contains a password.</summary>
    public string Location { get; }

    /// <summary>False once the store has been closed.</summary>
    public bool IsOpen => Volatile.Read(ref _closed) == 0;

    /// <summary>The background work that embeds this store's turns after their replies.</summary>
    internal BackgroundWork Background { get; } = new();

    /// <exception cref="QwenException">The store was closed.</exception>
    internal IConversationStore Backend
    {
        get
        {
            RequireOpen();
            return _backend;
        }
    }

    /// <exception cref="QwenException">The store was closed.</exception>
    internal void RequireOpen()
    {
        if (!IsOpen)
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                $"The store {Location} was closed by Close-QwenStore, or because the session that opened it ended. Open it again with New-QwenStore.");
    }

    /// <summary>
    /// The names of the stored conversations that this session has read. Completers use these names, because they must not contact a server.
    /// </summary>
    internal ICollection<string> KnownNames => _names.Keys;

    internal void Remember(string? name)
    {
        if (!string.IsNullOrEmpty(name))
            _names[name] = true;
    }

    /// <summary>
    /// Closes the store after the current operations, and releases its file. The conversations in the store can still be used, but can no longer be saved.
    /// </summary>
    public void Dispose()
    {
        CloseAsync().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="IConversationStore.SettleAsync"/>
    internal Task SettleAsync() => _backend.SettleAsync();

    /// <inheritdoc cref="Dispose"/>
    internal async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        await Background.StopAsync().ConfigureAwait(false);
        await _backend.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes a store that is no longer referenced by a variable or a conversation.</summary>
    ~QwenStore()
    {
        if (IsOpen)
            _ = Task.Run(CloseAsync);
    }

    /// <summary>Returns the location of the store.</summary>
    /// <returns><see cref="Location"/>.</returns>
    public override string ToString() => Location;
}
