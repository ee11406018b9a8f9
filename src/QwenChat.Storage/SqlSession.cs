using System.Data.Common;
using QwenChat.Store;

namespace QwenChat.Storage;

/// <summary>Executes statements within one transaction of a SQLite or PostgreSQL database.</summary>
/// <param name="connection">The open connection.</param>
/// <param name="transaction">The transaction; null for SQLite, where SQL statements begin and end the transaction.</param>
/// <param name="rowLock">
/// The suffix of a SELECT statement that locks its rows until the transaction ends; empty if a transaction locks the whole database.
/// </param>
/// <param name="cancellation">Cancels the current statement.</param>
internal sealed class SqlSession(DbConnection connection, DbTransaction? transaction, string rowLock, CancellationToken cancellation) : IAsyncDisposable
{
    // The commands are reused, because a transaction repeats a few statements for each turn or item.
    private readonly Dictionary<string, DbCommand> _commands = [];

    public string RowLock => rowLock;

    public CancellationToken Cancellation => cancellation;

    /// <returns>The number of rows changed.</returns>
    public Task<int> ExecuteAsync(string sql, params (string Name, object? Value)[] values) => Prepare(sql, values).ExecuteNonQueryAsync(cancellation);

    /// <summary>Returns the first column of the first row; null if there are no rows or the column is null.</summary>
    public async Task<object?> ScalarAsync(string sql, params (string Name, object? Value)[] values)
    {
        object? value = await Prepare(sql, values).ExecuteScalarAsync(cancellation).ConfigureAwait(false);
        return value is DBNull ? null : value;
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, params (string Name, object? Value)[] values)
    {
        var rows = new List<T>();
        await ReadAsync(sql, reader =>
        {
            rows.Add(read(reader));
            return true;
        }, values).ConfigureAwait(false);
        return rows;
    }

    /// <summary>Reads rows one by one until <paramref name="take"/> returns false. No other statement may run at the same time.</summary>
    public Task ReadAsync(string sql, Func<DbDataReader, bool> take, params (string Name, object? Value)[] values) => ReadAsync(sql, take, null, values);

    /// <summary>Reads rows one by one, and skips unreadable rows, so that one damaged row does not fail a search of all conversations.</summary>
    public Task ReadSoundAsync(string sql, Func<DbDataReader, bool> take, params (string Name, object? Value)[] values) =>
        ReadAsync(sql, take, static () => { }, values);

    /// <summary>Reads rows one by one, and calls <paramref name="passOver"/> for each row that cannot be read.</summary>
    public Task ReadSoundAsync(string sql, Func<DbDataReader, bool> take, Action passOver, params (string Name, object? Value)[] values) =>
        ReadAsync(sql, take, passOver, values);

    private async Task ReadAsync(string sql, Func<DbDataReader, bool> take, Action? passOver, (string Name, object? Value)[] values)
    {
        var reader = await Prepare(sql, values).ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false) && Take(reader, take, passOver))
            {
            }
        }
    }

    // All rows of all tables are read by this method, so that damage is always reported in the same way.
    private static bool Take(DbDataReader reader, Func<DbDataReader, bool> take, Action? passOver)
    {
        try
        {
            return take(reader);
        }
        catch (Exception damaged) when (UnreadableRow.Is(damaged))
        {
            if (passOver is null)
                throw UnreadableRow.Explain(damaged);
            passOver();
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _commands.Values)
            await command.DisposeAsync().ConfigureAwait(false);
    }

#pragma warning disable CA2100 // Every statement is a constant of this assembly, or is composed of constants and numbers.
    private DbCommand Prepare(string sql, (string Name, object? Value)[] values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = command = connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = transaction;
        }
        command.Parameters.Clear();
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }
#pragma warning restore CA2100
}
