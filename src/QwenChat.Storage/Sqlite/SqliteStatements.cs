using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// Executes statements outside a session, such as those that begin and end transactions. The cancellation of a session does not apply to these statements.
/// </summary>
internal static class SqliteStatements
{
    /// <summary>Executes a statement that must not be canceled.</summary>
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // COMMIT or ROLLBACK.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// Executes a statement, which fails after <see cref="SqliteWait.Pause"/> if another process is writing. The driver would wait for at least a second,
    /// and its wait could not be canceled.
    /// </summary>
    public static Task RunImmediatelyAsync(this SqliteConnection connection, string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, sql), connection.Handle);
        return Task.CompletedTask;
    }
}
