using Npgsql;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// The connections to one database: all stores of this process that are opened on it share them, and the last one to be closed gives them
/// back. A server has room for few: each store with a pool of its own would soon be refused.
/// </summary>
internal sealed class PostgresPool : IAsyncDisposable
{
    /// <summary>The most connections, where the connection string does not say.</summary>
    private const int MostConnections = 5;

    /// <summary>After so many seconds a connection that is not used is given back, where the connection string does not say.</summary>
    private const int IdleSeconds = 30;

    private static readonly Dictionary<string, PostgresPool> s_pools = new(StringComparer.Ordinal);
    private readonly string _key;
    private int _uses;

    private PostgresPool(string key, NpgsqlDataSource source)
    {
        _key = key;
        Source = source;
    }

    /// <summary>Where connections come from.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>The pool for a database, made when it is the first use of it.</summary>
    /// <param name="address">The way to it.</param>
    public static PostgresPool Take(NpgsqlConnectionStringBuilder address)
    {
        if (!Names(address, "Maximum Pool Size"))
            address.MaxPoolSize = Math.Max(MostConnections, address.MinPoolSize);
        if (!Names(address, "Connection Idle Lifetime"))
            address.ConnectionIdleLifetime = IdleSeconds;
        string key = address.ToString();
        lock (s_pools)
        {
            if (!s_pools.TryGetValue(key, out var pool))
                s_pools[key] = pool = new PostgresPool(key, NpgsqlDataSource.Create(address));
            pool._uses++;
            return pool;
        }
    }

    /// <summary>Ends a use; the last one closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        lock (s_pools)
        {
            if (--_uses > 0)
                return ValueTask.CompletedTask;
            s_pools.Remove(_key);
        }
        return Source.DisposeAsync();
    }

    // The builder's own properties give the defaults of what is not named.
    private static bool Names(NpgsqlConnectionStringBuilder address, string keyword) =>
        address.Keys.Cast<string>().Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
