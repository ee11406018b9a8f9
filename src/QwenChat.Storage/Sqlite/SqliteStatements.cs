using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>Statements that begin and end transactions, outside a session and its cancellation.</summary>
internal static class SqliteStatements
{
    /// <summary>Executes a statement that a stop must not interrupt.</summary>
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // COMMIT or ROLLBACK.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// Executes a statement that fails immediately while other processes are writing. The driver would wait for a second or more, without
    /// cancellation.
    /// </summary>
    public static Task AskAsync(this SqliteConnection connection, string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, sql), connection.Handle);
        return Task.CompletedTask;
    }
}
