using Microsoft.Data.Sqlite;
using QwenChat.Model;
using QwenChat.Store;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// A store in a SQLite file, with a single connection that only one caller can use at a time. The changes of a write transaction are on disk when the
/// transaction ends.
/// </summary>
internal sealed class SqliteStore : SqlStore
{
    /// <summary>The time without writes after which the log is copied into the file.</summary>
    internal static readonly TimeSpan IdleTime = TimeSpan.FromMilliseconds(250);

    /// <summary>The maximum time to wait for a call in progress when the process ends.</summary>
    private static readonly TimeSpan s_longestExit = TimeSpan.FromSeconds(2);

    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TimeProvider _time;
    private readonly ITimer _idle;
    private readonly VectorCache _vectors = new();
    private (SqliteState State, TurnsInConversations Turns)? _reachable;
    private FileWatch? _watch;
    private QwenException? _lost;
    private volatile bool _isSettled = true;
    private bool _closed;

    private SqliteStore(string path, SqliteConnection connection, TimeProvider time) : base(path, time)
    {
        _connection = connection;
        _time = time;
        _idle = time.CreateTimer(_ => _ = CopyLogAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public static Task<SqliteStore> OpenAsync(string path, TimeProvider time, CancellationToken cancellation) =>
        OpenAsync(path, time, SqliteSchema.Current, cancellation);

    /// <summary>Opens a store, and migrates it only up to the specified schema version. Tests use earlier versions.</summary>
    internal static async Task<SqliteStore> OpenAsync(string path, TimeProvider time, int schema, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                $"{path} is a folder. Specify the path of a file in that folder, such as {Path.Combine(path, "chats.db")}.");
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"The folder {folder} does not exist. Create it first, or specify a different path.");
        await OpenStores.VerifyAsync(path, cancellation).ConfigureAwait(false);
        var address = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // With pooling, the file of a closed store would stay open, and could not be moved or deleted.
            Pooling = false,
            // The driver's timeout in seconds for a statement within a transaction. Such a statement rarely has to wait.
            DefaultTimeout = 1,
        };
        var store = new SqliteStore(path, new SqliteConnection(address.ToString()), time);
        try
        {
            await store.PrepareAsync(schema, cancellation).ConfigureAwait(false);
            OpenStores.Add(store);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task SettleAsync() => _isSettled ? Task.CompletedTask : CopyLogAsync();

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<ConversationEntry>> ListAsync(Func<string?, bool>? wanted, CancellationToken cancellation)
    {
        try
        {
            return await base.ListAsync(wanted, cancellation).ConfigureAwait(false);
        }
        catch (QwenException failure) when (failure.InnerException is { } cause && SqliteErrors.IsDamage(cause))
        {
            return await RunAsync(false, session => ConversationTable.SalvageAsync(session, wanted, SqliteErrors.IsDamage), cancellation).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        await Task.Run(Close).ConfigureAwait(false);
        _gate.Release();
    }

    /// <summary>Closes the store when the process ends, unless a call in progress takes too long.</summary>
    public void CloseAtExit()
    {
        if (_gate.Wait(s_longestExit))
            Close();
    }

    /// <summary>Releases the file if it was moved or overwritten.</summary>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        if (!_closed && _lost is null && _watch?.Check(isAlone: false) is { } why)
            Abandon(why);
        _gate.Release();
    }

    protected override async Task<T> RunAsync<T>(bool writes, Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_closed)
                throw new QwenException(QwenErrorKind.StoreUnavailable, $"The store {Location} has been closed. Open it again with New-QwenStore.");
            if (_lost is not null)
                throw _lost;
            // The driver has no asynchronous I/O: its asynchronous methods run on the caller's thread.
            var result = await Task.Run(() => TransactAsync(writes, work, cancellation), cancellation).ConfigureAwait(false);
            if (writes)
            {
                _isSettled = false;
                _idle.Change(IdleTime, Timeout.InfiniteTimeSpan);
            }
            return result;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Explain(e, Location);
        }
        catch (FileLostException lost)
        {
            Abandon(lost.Message);
            throw _lost!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Returns the turns that conversations contain. The result for all conversations is large, so it is cached until the next write.</summary>
    protected override async Task<TurnsInConversations> ReadReachableAsync(SqlSession session, string? conversationId)
    {
        if (conversationId is not null)
            return await base.ReadReachableAsync(session, conversationId).ConfigureAwait(false);
        var now = await SqliteState.ReadAsync(session).ConfigureAwait(false);
        if (_reachable?.State != now)
            _reachable = (now, await base.ReadReachableAsync(session, null).ConfigureAwait(false));
        return _reachable.Value.Turns;
    }

    protected override Task IndexWordsAsync(SqlSession session, long turn, string text) =>
        text.Length == 0 ? Task.CompletedTask : SqliteWords.IndexAsync(session, turn, text);

    protected override Task MatchWordsAsync(SqlSession session, IReadOnlyList<WordPhrase> phrases, bool any, Func<TurnMatch, bool> take) =>
        SqliteWords.MatchAsync(session, phrases, any, take);

    protected override Task WriteVectorAsync(SqlSession session, long space, long turn, float[] vector) =>
        SqliteVectors.WriteAsync(session, space, turn, vector);

    protected override Task<float[]?> ReadVectorAsync(SqlSession session, long space, Guid turnId) => SqliteVectors.ReadAsync(session, space, turnId);

    protected override async Task<IReadOnlyList<TurnMatch>> FindNearestAsync(
        SqlSession session, long space, float[] query, TurnsInConversations reachable, StoreSearchScope scope)
    {
        var block = await _vectors.RefreshAsync(session, space, query.Length).ConfigureAwait(false);
        return block.FindNearest(query, reachable, scope);
    }

    private async Task PrepareAsync(int schema, CancellationToken cancellation)
    {
        try
        {
            await Task.Run(async () =>
            {
                _connection.Open();
                if (raw.sqlite3_db_readonly(_connection.Handle, "main") == 1)
                    throw new QwenException(QwenErrorKind.StoreUnavailable, $"{Location} is read-only. Grant this account write access, or use a different "
                        + "path.");
                var session = new SqlSession(_connection, null, "", cancellation);
                await using (session.ConfigureAwait(false))
                {
                    await session.ExecuteAsync($"PRAGMA busy_timeout = {SqliteWait.Pause.Milliseconds}").ConfigureAwait(false);
                    await SqliteWait.ForOthersAsync(() => SqliteSchema.CheckAsync(session, Location), cancellation).ConfigureAwait(false);
                    await SqliteWait.ForOthersAsync(() => _connection.RunImmediatelyAsync("PRAGMA journal_mode = WAL"), cancellation).ConfigureAwait(false);
                    await session.ExecuteAsync("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON").ConfigureAwait(false);
                    // FileWatch records the state of the log, which SQLite provides only after the first read of the file.
                    await SqliteSchema.CheckAsync(session, Location).ConfigureAwait(false);
                    _watch = new FileWatch(Location, _connection.Handle!);
                    _watch.Remember();
                    if (await SqliteSchema.CheckAsync(session, Location).ConfigureAwait(false) >= schema)
                        return;
                }
                await TransactAsync(true, async migration =>
                {
                    await SqliteSchema.MigrateAsync(migration, Location, schema).ConfigureAwait(false);
                    return true;
                }, cancellation).ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Explain(e, Location);
        }
    }

    private async Task<T> TransactAsync<T>(bool writes, Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        var session = new SqlSession(_connection, null, "", cancellation);
        await using (session.ConfigureAwait(false))
        {
            // IMMEDIATE acquires the write lock at the beginning. Acquiring it later could fail without waiting.
            await SqliteWait.ForOthersAsync(() => _connection.RunImmediatelyAsync(writes ? "BEGIN IMMEDIATE" : "BEGIN"), cancellation).ConfigureAwait(false);
            try
            {
                if (_watch!.Check(isAlone: writes) is { } why)
                    throw new FileLostException(why);
                var result = await work(session).ConfigureAwait(false);
                if (writes)
                    CommitDated();
                else
                    _connection.Run("COMMIT");
                return result;
            }
            catch
            {
                // Some failures, such as a full disk, have already rolled the transaction back.
                if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
                    _connection.Run("ROLLBACK");
                throw;
            }
        }
    }

    /// <summary>Copies the log into the file, or tries again later if another process is using the file.</summary>
    private async Task CopyLogAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_closed || _lost is not null || _watch!.CheckAlone() is not null)
                return;
            _isSettled = _watch.CopyLog();
            if (!_isSettled)
                _idle.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Close()
    {
        if (_closed)
            return;
        _closed = true;
        OpenStores.Remove(this);
        _idle.Dispose();
        if (_lost is null && _watch?.CheckAlone() is { } why)
            Abandon(why);
        else if (_lost is null)
            _watch?.CopyLog();
        _connection.Dispose();
    }

    /// <summary>Releases a file that no longer belongs to the store. The file that is now at the path is not changed.</summary>
    private void Abandon(string why)
    {
        _watch!.LeaveFileAlone();
        _connection.Close();
        string? aside = _watch.SetLogAside(_time.GetUtcNow());
        _lost = SqliteErrors.Lost(Location, why, File.Exists(Location), aside);
    }

    private void CommitDated()
    {
        var undo = _watch!.Date();
        try
        {
            _connection.Run("COMMIT");
        }
        catch
        {
            undo();
            throw;
        }
        _watch.Remember();
    }

    /// <summary>Reports that the file no longer belongs to the store. Thrown and caught only in this class.</summary>
    private sealed class FileLostException(string why) : Exception(why);
}
