using System.Net.Sockets;
using Npgsql;

namespace QwenChat.Storage.Postgres;

/// <summary>What the server's error codes (PostgreSQL manual, appendix A) mean to a user, and what to do.</summary>
internal static class PostgresErrors
{
    public static QwenException Explain(Exception failure, string location) => failure switch
    {
        PostgresException e => new QwenException(KindOf(e), $"{location}: {Words(e)}", e) { Retryable = e.IsTransient },
        ObjectDisposedException => new QwenException(QwenErrorKind.StoreUnavailable, $"The store {location} has been closed.", failure),
        _ when Cause<SocketException>(failure) is { } socket => new QwenException(QwenErrorKind.StoreUnavailable,
            $"{location} cannot be reached: {socket.Message}. Check host and port, and that the server is running.", failure) { Retryable = true },
        _ when Cause<TimeoutException>(failure) is not null => new QwenException(QwenErrorKind.StoreUnavailable,
            $"{location} did not answer in time. Check the network, or allow more with Timeout=… (connecting) and Command Timeout=… (a statement) in the "
                + "connection string.", failure)
        { Retryable = true },
        _ => new QwenException(QwenErrorKind.StoreUnavailable, $"{location}: {failure.Message}",
            failure) { Retryable = failure is NpgsqlException { IsTransient: true } },
    };

    /// <summary>Two transactions got in each other's way; the same one again may succeed.</summary>
    public static bool IsCollision(PostgresException failure) => failure.SqlState
        is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation
        or PostgresErrorCodes.ForeignKeyViolation;

    private static QwenErrorKind KindOf(PostgresException failure) =>
        failure.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.DuplicateTable
            ? QwenErrorKind.StoreIncompatible : QwenErrorKind.StoreUnavailable;

    private static string Words(PostgresException failure) => failure.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"the server refused the user or the password ({failure.MessageText}). Check Username and Password in the connection string.",
        PostgresErrorCodes.InvalidCatalogName => $"{failure.MessageText}. Make the database first (CREATE DATABASE …), or name another one.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"{failure.MessageText}. The user needs the right to make a schema in the database, or a schema of its own that Search Path=… in the connection "
            + "string names.",
        PostgresErrorCodes.DuplicateTable =>
            $"{failure.MessageText}, and it is not QwenChat's. Name another schema with Search Path=… in the connection string.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            $"{failure.MessageText}: the store's tables have been changed by something else. Use another store.",
        PostgresErrorCodes.TooManyConnections =>
            $"{failure.MessageText}. End other sessions, or allow fewer here with Maximum Pool Size=… in the connection string.",
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
