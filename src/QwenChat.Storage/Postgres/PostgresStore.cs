using System.Data;
using Npgsql;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Storage.Postgres;

/// <summary>A store in a PostgreSQL database. Each call takes a connection from the pool, so that concurrent callers do not wait for each other.</summary>
internal sealed class PostgresStore : SqlStore
{
    private const int MostAttempts = 5;

    private readonly PostgresPool _pool;
    private readonly string _searchPath;
    private PostgresVectors? _vectors;
    private string? _whyNoVectors;

    private bool _closed;

    private PostgresStore(string location, PostgresPool pool, string searchPath, TimeProvider time) : base(location, time)
    {
        _pool = pool;
        _searchPath = searchPath;
    }

    public static Task<PostgresStore> OpenAsync(string connectionString, TimeProvider time, CancellationToken cancellation) =>
        OpenAsync(connectionString, time, PostgresSchema.Current, cancellation);

    /// <summary>Opens a store, and migrates it only up to the specified schema version. Tests use earlier versions.</summary>
    internal static async Task<PostgresStore> OpenAsync(string connectionString, TimeProvider time, int version, CancellationToken cancellation)
    {
        var address = PostgresAddress.Read(connectionString);
        string? schema = string.IsNullOrEmpty(address.SearchPath) ? PostgresAddress.DefaultSchema : null;
        string searchPath = schema ?? address.SearchPath!;
        // The search path is set in each transaction instead, because a connection pooler may switch to a server session with a different search path.
        address.SearchPath = null;
        var store = new PostgresStore(PostgresAddress.Show(address), PostgresPool.Take(address), searchPath, time);
        try
        {
            await store.PrepareAsync(schema, version, cancellation).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        await _pool.DisposeAsync().ConfigureAwait(false);
    }

    protected override async Task<T> RunAsync<T>(bool writes, Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (_closed)
                throw new QwenException(QwenErrorKind.StoreUnavailable, $"The store {Location} has been closed. Open it again with New-QwenStore.");
            bool isOpen = false;
            try
            {
                var connection = await ConnectAsync(cancellation).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    isOpen = true;
                    return await TransactAsync(connection, writes, work, cancellation).ConfigureAwait(false);
                }
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections && attempt < MostAttempts)
            {
                // All connections of the server are in use, so the next attempt is delayed.
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), cancellation).ConfigureAwait(false);
            }
            catch (PostgresException e) when (PostgresErrors.IsCollision(e) && attempt < MostAttempts)
            {
                // Two transactions conflicted. The next attempt sees the changes of the other transaction.
            }
            catch (NpgsqlException e) when (isOpen && e.IsTransient && attempt == 1)
            {
                // The server has closed a pooled connection. Repeating a write is safe, because the store recognizes the write by its id.
            }
            catch (Exception e) when (e is NpgsqlException or ObjectDisposedException or TimeoutException)
            {
                throw PostgresErrors.Explain(e, Location);
            }
        }
    }

    /// <summary>
    /// Opens a connection, and stops waiting for it when canceled. If the server does not respond, Npgsql 9.0.3 ignores cancellation until its connection
    /// timeout (tested).
    /// </summary>
    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var opening = _pool.Source.OpenConnectionAsync(cancellation).AsTask();
        try
        {
            return await opening.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = GiveBackAsync(opening);
            throw;
        }
    }

    private static async Task GiveBackAsync(Task<NpgsqlConnection> opening)
    {
        try
        {
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception late) when (late is NpgsqlException or ObjectDisposedException or TimeoutException or OperationCanceledException)
        {
            // The caller was canceled while connecting, so nothing receives this error.
        }
    }

    protected override void RequireVectors()
    {
        if (_vectors is null)
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"{Location} does not support vectors: {_whyNoVectors} Until then, search with -Mode "
                + "Words.");
    }

    protected override Task IndexWordsAsync(SqlSession session, long turn, string text) =>
        text.Length == 0 ? Task.CompletedTask : PostgresWords.IndexAsync(session, turn, text);

    protected override Task MatchWordsAsync(SqlSession session, IReadOnlyList<WordPhrase> phrases, bool any, Func<TurnMatch, bool> take) =>
        PostgresWords.MatchAsync(session, phrases, any, take);

    protected override async Task<long> AddSpaceAsync(SqlSession session, EmbeddingSpace space)
    {
        // Prevents concurrent creation of the index.
        await session.ExecuteAsync("LOCK TABLE space IN SHARE ROW EXCLUSIVE MODE").ConfigureAwait(false);
        if (await EmbeddingTable.FindSpaceAsync(session, space).ConfigureAwait(false) is { } known)
            return known;
        long key = await base.AddSpaceAsync(session, space).ConfigureAwait(false);
        await _vectors!.AddIndexAsync(session, key, space.Dimensions).ConfigureAwait(false);
        return key;
    }

    protected override Task WriteVectorAsync(SqlSession session, long space, long turn, float[] vector) => _vectors!.WriteAsync(session, space, turn, vector);

    protected override Task<float[]?> ReadVectorAsync(SqlSession session, long space, Guid turnId) => PostgresVectors.ReadAsync(session, space, turnId);

    protected override Task<IReadOnlyList<TurnMatch>> FindNearestAsync(
        SqlSession session, long space, float[] query, TurnsInConversations reachable, StoreSearchScope scope) =>
        _vectors!.FindNearestAsync(session, space, query, reachable, scope);

    private async Task<T> TransactAsync<T>(NpgsqlConnection connection, bool writes, Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        // In a read transaction, all statements see the same snapshot. In a write transaction, statements see committed changes, and lock the rows that
        // must not change.
        var transaction = await connection.BeginTransactionAsync(writes ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead, cancellation)
            .ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var session = new SqlSession(connection, transaction, writes ? " FOR UPDATE" : "", cancellation);
            await using (session.ConfigureAwait(false))
            {
                await session.ScalarAsync("SELECT set_config('search_path', @path, true)", ("path", _searchPath)).ConfigureAwait(false);
                var result = await work(session).ConfigureAwait(false);
                // The commit is not canceled, because its outcome would be unknown.
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }
        }
    }

    private async Task PrepareAsync(string? schema, int version, CancellationToken cancellation)
    {
        await RunAsync(true, async session =>
        {
            await PostgresSchema.MigrateAsync(session, Location, schema, version).ConfigureAwait(false);
            _vectors = await PostgresVectors.FindAsync(session).ConfigureAwait(false);
            return true;
        }, cancellation).ConfigureAwait(false);
        if (_vectors is null)
            await TryAddVectorsAsync(cancellation).ConfigureAwait(false);
        if (_vectors is { } vectors)
            await RunAsync(true, vectors.AddTableAsync, cancellation).ConfigureAwait(false);
    }

    // A store without pgvector is still usable. The reason why the extension is missing is reported when vectors are first needed.
    private async Task TryAddVectorsAsync(CancellationToken cancellation)
    {
        try
        {
            _vectors = await RunAsync<PostgresVectors?>(true, async session =>
            {
                if (await session.ScalarAsync("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").ConfigureAwait(false) is null)
                    return null;
                await session.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public").ConfigureAwait(false);
                return await PostgresVectors.FindAsync(session).ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
            _whyNoVectors =
                "the server does not have the pgvector extension. Install pgvector on the server (Debian: postgresql-…-pgvector), and open the store again.";
        }
        catch (QwenException e) when (e.InnerException is PostgresException)
        {
            _whyNoVectors =
                $"the pgvector extension could not be created ({((PostgresException)e.InnerException).MessageText}). Ask an administrator to run CREATE "
                    + "EXTENSION vector in this database, and open the store again.";
        }
    }
}
