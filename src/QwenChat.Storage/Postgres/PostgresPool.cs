using Npgsql;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// The connections to one database. All stores of this process on that database share them, and closing the last store releases them. A server allows
/// few connections, which separate pools would soon exhaust.
/// </summary>
internal sealed class PostgresPool : IAsyncDisposable
{
    /// <summary>The maximum number of connections when the connection string does not specify one.</summary>
    private const int MostConnections = 5;

    /// <summary>The number of seconds after which an unused connection is closed, when the connection string does not specify a number.</summary>
    private const int IdleSeconds = 30;

    private static readonly Dictionary<string, PostgresPool> s_pools = new(StringComparer.Ordinal);
    private readonly string _key;
    private int _uses;

    private PostgresPool(string key, NpgsqlDataSource source)
    {
        _key = key;
        Source = source;
    }

    /// <summary>The source of connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Returns the pool for a database, and creates it on first use.</summary>
    /// <param name="address">The location of the database.</param>
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

    /// <summary>Ends one use of the pool; the last use closes the connections.</summary>
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

    // The builder's own properties return defaults for unspecified keywords.
    private static bool Names(NpgsqlConnectionStringBuilder address, string keyword) =>
        address.Keys.Cast<string>().Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
