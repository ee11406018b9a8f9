using Microsoft.Data.Sqlite;

namespace QwenChat.Storage.Sqlite;

/// <summary>What SQLite's result codes (sqlite.org/rescode.html) mean to a user, and what to do.</summary>
internal static class SqliteErrors
{
    public const int Busy = 5;

    /// <summary>Whether pages of the file are damaged, and others may be sound.</summary>
    public static bool IsDamage(Exception failure) => failure is SqliteException { SqliteErrorCode: Corrupt };

    private const int Corrupt = 11;

    /// <summary>The file is not the store's any more.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="why">What became of it.</param>
    /// <param name="aside">Where the log is that belonged to it; null when there was nothing in it.</param>
    public static QwenException Lost(string path, string why, string? aside) => new(QwenErrorKind.StoreUnavailable,
        $"The store {path} cannot be used any more: {why} while it was open. Nothing was written to what is there now, and the conversations of this session "
            + "still hold all their turns. "
        + "Put the file back, or decide for the one that is there. Then open it with New-QwenStore, and keep the conversations in it: Set-QwenConversation "
        + "-Store."
        + (aside is null ? "" : $" What had not been written into the file is in {aside}."));

    public static QwenException Explain(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        Busy or 6 => new(QwenErrorKind.StoreUnavailable,
            $"Another process has been writing to {path} for too long ({SqliteWait.Longest.TotalSeconds:0} s). Try again; if it goes on, end the process that "
                + "holds the file.", failure) { Retryable = true },
        8 => new(QwenErrorKind.StoreUnavailable,
            $"{path} is read-only: the file, its folder or the disk may not be written by this account. Allow writing, or use another path.", failure),
        10 => new(QwenErrorKind.StoreUnavailable,
            $"The disk failed while the store {path} was read or written ({failure.Message}). Check the disk, and that the file is not open under a second "
                + "name, such as a hard link.", failure),
        Corrupt => new(QwenErrorKind.StoreIncompatible, $"The store {path} is damaged ({failure.Message}). Restore a copy, or use another path.", failure),
        13 => new(QwenErrorKind.StoreUnavailable, $"The disk of the store {path} is full. Make room.", failure),
        14 => new(QwenErrorKind.StoreUnavailable, $"{path} cannot be opened or made. Check that this account may write the file and its folder.", failure),
        26 => new(QwenErrorKind.StoreIncompatible, $"{path} is not a database. Give the path of a store, or of a file that does not exist yet.", failure),
        _ => new(QwenErrorKind.StoreUnavailable, $"The store {path} failed: {failure.Message}", failure),
    };
}
