using Microsoft.Data.Sqlite;

namespace QwenChat.Storage.Sqlite;

/// <summary>Translates SQLite's result codes (sqlite.org/rescode.html) into errors with a recommended action.</summary>
internal static class SqliteErrors
{
    public const int Busy = 5;

    /// <summary>Returns whether part of the file is damaged. Other parts may be intact.</summary>
    public static bool IsDamage(Exception failure) => failure is SqliteException { SqliteErrorCode: Corrupt };

    private const int Corrupt = 11;

    /// <summary>Creates the error for a file that no longer belongs to the store.</summary>
    /// <param name="path">The path of the store.</param>
    /// <param name="why">The reason, as a clause without a period.</param>
    /// <param name="hasOther">Whether there is now another file at the path.</param>
    /// <param name="aside">The new path of the log; null if the log was not renamed.</param>
    public static QwenException Lost(string path, string why, bool hasOther, string? aside) => new(QwenErrorKind.StoreUnavailable,
        $"The store {path} can no longer be used: {why} while it was open. "
        + (hasOther ? "The file that is now at this path was not changed. " : "")
        + "The conversations of this session still contain all turns. Restore the original file, "
        + (hasOther ? "or use the current file. Then open the file with New-QwenStore"
            : "if possible. Then use New-QwenStore to open it or to create a new store")
        + ", and save the conversations to the store with Set-QwenConversation -Store."
        + (aside is null ? "" : $" Data not yet written to the file is in {aside}."));

    public static QwenException Explain(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        Busy or 6 => new(QwenErrorKind.StoreUnavailable,
            FormattableString.Invariant($"Another process was still writing to {path} after {SqliteWait.Longest.TotalSeconds:0} s. Try again. ")
                + "If the error persists, end the process that uses the file.", failure) { Retryable = true },
        8 => new(QwenErrorKind.StoreUnavailable,
            $"{path} is read-only: this account cannot write to the file, its folder or the disk. Grant write access, or use a different path.", failure),
        10 => new(QwenErrorKind.StoreUnavailable,
            $"A disk error occurred while the store {path} was being read or written ({failure.Message}). Check the disk, and verify "
                + "that the file is not open under a second name, such as a hard link.", failure),
        Corrupt => new(QwenErrorKind.StoreIncompatible, $"The store {path} is damaged ({failure.Message}). Restore a backup, or use a new path.", failure),
        13 => new(QwenErrorKind.StoreUnavailable, $"The disk of the store {path} is full. Free up disk space.", failure),
        14 => new(QwenErrorKind.StoreUnavailable, $"{path} cannot be opened or created. Check that this account can write to the file and its "
            + "folder.", failure),
        26 => new(QwenErrorKind.StoreIncompatible, $"{path} is not a database. Specify the path of a store, or of a file that does not exist yet.", failure),
        _ => new(QwenErrorKind.StoreUnavailable, $"The store {path} failed: {failure.Message}", failure),
    };
}
