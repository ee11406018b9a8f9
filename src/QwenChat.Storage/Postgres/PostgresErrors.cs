using System.Net.Sockets;
using Npgsql;

namespace QwenChat.Storage.Postgres;

/// <summary>Translates the server's error codes (PostgreSQL manual, appendix A) into errors with a recommended action.</summary>
internal static class PostgresErrors
{
    public static QwenException Explain(Exception failure, string location) => failure switch
    {
        PostgresException e => new QwenException(KindOf(e), $"{location}: {Words(e)}", e) { Retryable = e.IsTransient },
        ObjectDisposedException => new QwenException(QwenErrorKind.StoreUnavailable, $"The store {location} has been closed. Open it again with New-QwenStore.",
            failure),
        _ when Cause<SocketException>(failure) is { } socket => new QwenException(QwenErrorKind.StoreUnavailable,
            $"{location} cannot be reached: {socket.Message.TrimEnd('.')}. Check the host and port, and verify that the server is running.", failure)
        { Retryable = true },
        _ when Cause<TimeoutException>(failure) is not null => new QwenException(QwenErrorKind.StoreUnavailable,
            $"{location} did not respond in time. Check the network, or increase Timeout=… (for connecting) and Command Timeout=… (for statements) in "
                + "the connection string.", failure)
        { Retryable = true },
        _ => new QwenException(QwenErrorKind.StoreUnavailable, $"{location}: {failure.Message}",
            failure) { Retryable = failure is NpgsqlException { IsTransient: true } },
    };

    /// <summary>Returns whether the transaction conflicted with another transaction, so that a retry may succeed.</summary>
    public static bool IsCollision(PostgresException failure) => failure.SqlState
        is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation
        or PostgresErrorCodes.ForeignKeyViolation;

    private static QwenErrorKind KindOf(PostgresException failure) =>
        failure.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.DuplicateTable
            ? QwenErrorKind.StoreIncompatible : QwenErrorKind.StoreUnavailable;

    private static string Words(PostgresException failure) => failure.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"the server rejected the user name or password ({failure.MessageText}). Check Username and Password in the connection string.",
        PostgresErrorCodes.InvalidCatalogName => $"{failure.MessageText}. Create the database first (CREATE DATABASE …), or specify a different database.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"{failure.MessageText}. Grant the user permission to create a schema in the database, or use Search Path=… in the connection string to "
                + "specify a schema that the user owns.",
        PostgresErrorCodes.DuplicateTable =>
            $"{failure.MessageText}, and it does not belong to QwenChat. Specify a different schema with Search Path=… in the connection string.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            $"{failure.MessageText}. Another program has changed the store's tables. Restore a backup of the database, or use a different store.",
        PostgresErrorCodes.TooManyConnections =>
            $"{failure.MessageText}. Close other sessions, or reduce Maximum Pool Size=… in the connection string.",
        _ => $"{failure.MessageText} ({failure.SqlState})",
    };

    private static T? Cause<T>(Exception? failure) where T : Exception
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is T found)
                return found;
        }
        return null;
    }
}
