using Npgsql;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// A connection pool for one database, shared by all stores in this process, because a server allows only a few connections. Closing the last store
/// closes the pool.
/// </summary>
internal sealed class PostgresPool : IAsyncDisposable
{
    /// <summary>The default maximum number of connections.</summary>
    private const int MostConnections = 5;

    /// <summary>The default number of seconds after which an unused connection is closed.</summary>
    private const int IdleSeconds = 30;

    private static readonly Dictionary<string, PostgresPool> s_pools = new(StringComparer.Ordinal);
    private readonly string _key;
    private int _uses;

    private PostgresPool(string key, NpgsqlDataSource source)
    {
        _key = key;
        Source = source;
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Returns the connection pool for a database. The first call creates the pool.</summary>
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

    /// <summary>Releases the pool. The last release closes the connections.</summary>
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

    // The properties of the builder also return defaults, so only its keys show which keywords the user specified.
    private static bool Names(NpgsqlConnectionStringBuilder address, string keyword) =>
        address.Keys.Cast<string>().Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
