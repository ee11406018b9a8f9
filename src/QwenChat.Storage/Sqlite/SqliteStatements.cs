using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>Statements that begin and end transactions, besides a session and its cancellation.</summary>
internal static class SqliteStatements
{
    /// <summary>Runs a statement that a stop must not interrupt.</summary>
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // COMMIT or ROLLBACK.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement that fails at once where others are writing. The driver would wait a second or more, and could not be stopped.</summary>
    public static Task AskAsync(this SqliteConnection connection, string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, sql), connection.Handle);
        return Task.CompletedTask;
    }
}
