using System.Collections.Concurrent;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat;

/// <summary>
/// A durable store of conversations, open for use: a SQLite file, or a PostgreSQL database. It stays open until it is closed, nothing uses it
/// any more, or the session ends, and may be used from several runspaces, and by several processes, at once.
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

    /// <summary>The file's whole path, or the database as <c>user@host:port/database</c>. Never a password.</summary>
    public string Location { get; }

    /// <summary>False once the store was closed.</summary>
    public bool IsOpen => Volatile.Read(ref _closed) == 0;

    /// <summary>The embedding of turns that are kept here, behind their replies.</summary>
    internal BackgroundWork Background { get; } = new();

    /// <summary>What reads and writes.</summary>
    /// <exception cref="QwenException">The store was closed.</exception>
    internal IConversationStore Backend
    {
        get
        {
            RequireOpen();
            return _backend;
        }
    }

    /// <summary>Refuses a store that was closed.</summary>
    /// <exception cref="QwenException">The store was closed.</exception>
    internal void RequireOpen()
    {
        if (!IsOpen)
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                $"The store {Location} was closed, by Close-QwenStore or with the session that opened it. Open it again with New-QwenStore.");
    }

    /// <summary>The names of conversations that this session has seen in the store; what a completer may offer without asking a server.</summary>
    internal ICollection<string> KnownNames => _names.Keys;

    /// <summary>Notes a name for <see cref="KnownNames"/>.</summary>
    internal void Remember(string? name)
    {
        if (!string.IsNullOrEmpty(name))
            _names[name] = true;
    }

    /// <summary>
    /// Closes the store and lets go of its file, once what is under way has ended. Conversations kept in it can be used on, but not saved any more.
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

    /// <summary>Closes a store that neither a variable nor a conversation holds any more.</summary>
    ~QwenStore()
    {
        if (IsOpen)
            _ = Task.Run(CloseAsync);
    }

    /// <summary>Where the store is.</summary>
    /// <returns><see cref="Location"/>.</returns>
    public override string ToString() => Location;
}
