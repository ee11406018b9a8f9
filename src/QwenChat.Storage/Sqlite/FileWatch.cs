using System.Diagnostics;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// Detects that the file of an open store was removed, renamed, replaced or overwritten. Without this check, SQLite could overwrite a restored backup.
/// </summary>
/// <remarks>
/// SQLite writes to the write-ahead log first, and later copies the log into the file (a checkpoint). Both steps change the state of the log. A change to
/// the file without a change to the log state therefore comes from a program that does not use SQLite. If in doubt, the file is treated as overwritten.
/// </remarks>
internal sealed class FileWatch(string path, sqlite3 database)
{
    /// <summary>The maximum time to wait for a checkpoint by another process.</summary>
    private static readonly TimeSpan s_longestCopy = TimeSpan.FromSeconds(2);

    private const string Overwritten = "its file was overwritten by another program";

    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE (sqlite.org/c3ref/c_dbconfig_defensive.html)
    private const int NoCopyOnClose = 1006;

    private readonly SqliteFile _file = new(database);
    private Facts _known;
    private (long Size, DateTime Written) _log;

    /// <summary>Records the state of the file. Called after the store is opened, and after each change that the store makes to the file.</summary>
    public void Remember()
    {
        _known = Read();
        _log = LogFacts();
    }

    /// <summary>
    /// Updates the file's modification time just before a commit. The commit changes only the log, so without a new time, a restored older copy would look
    /// unchanged.
    /// </summary>
    /// <returns>An action that restores the previous time if the commit fails.</returns>
    public Action Date()
    {
        var before = File.GetLastWriteTimeUtc(path);
        return TrySet(DateTime.UtcNow) ? () => TrySet(before) : () => { };

        bool TrySet(DateTime time)
        {
            try
            {
                File.SetLastWriteTimeUtc(path, time);
                return true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Only the owner of the file can set its modification time. For other users, only the size and header show that an older copy was restored.
                return false;
            }
        }
    }

    /// <summary>Compares the file with its recorded state.</summary>
    /// <param name="isAlone">
    /// Whether no other process can be writing. Otherwise, the modification time is ignored, because every process updates it before a commit.
    /// </param>
    /// <returns>The reason that the store can no longer be used; null if it can still be used.</returns>
    public string? Check(bool isAlone)
    {
        if (_file.HasMoved())
            return File.Exists(path) ? "its file was replaced with a different file" : "its file was removed or renamed";
        for (long started = Stopwatch.GetTimestamp(); ;)
        {
            var now = Read();
            // The number of commits only increases, so a lower number means that a backup was restored together with its log.
            if (now.Commits < _known.Commits)
                return Overwritten;
            if (now.Log != _known.Log)
            {
                _known = now;
                _log = LogFacts();
            }
            if (now.Content == _known.Content && (!isAlone || now.Written == _known.Written))
                return null;
            // A checkpoint by another process also changes the file. While a checkpoint is in progress, read again until it has changed the state of the
            // log.
            if (!now.IsCopying || Stopwatch.GetElapsedTime(started) > s_longestCopy)
                return Overwritten;
            Thread.Sleep(10);
        }
    }

    /// <summary>
    /// Compares the file with its recorded state. If the write lock is available immediately, no other process can write during the comparison.
    /// </summary>
    public string? CheckAlone()
    {
        bool isAlone = raw.sqlite3_exec(database, "BEGIN IMMEDIATE") == raw.SQLITE_OK;
        try
        {
            return Check(isAlone);
        }
        finally
        {
            if (isAlone)
                raw.sqlite3_exec(database, "ROLLBACK");
        }
    }

    /// <summary>Copies the log into the file (a checkpoint), so that the file alone contains all turns.</summary>
    /// <returns>False when another process is using the file.</returns>
    public bool CopyLog()
    {
        int code = raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        Remember();
        // Any other failure, such as a full disk, is reported by the next write. The turns remain in the log until then.
        return code != raw.SQLITE_BUSY;
    }

    /// <summary>Makes SQLite close the store without a checkpoint, because a checkpoint would change the file that is now at the path.</summary>
    public void LeaveFileAlone() => raw.sqlite3_db_config(database, NoCopyOnClose, 1, out _);

    /// <summary>Renames the log of the lost file. Otherwise, SQLite would copy this log into the file that is now at the path.</summary>
    /// <returns>The new path; null if the log was empty or no longer belongs to this store.</returns>
    public string? SetLogAside(DateTimeOffset now)
    {
        if (_log.Size <= 0 || LogFacts() != _log)
            return null;
        string aside = FormattableString.Invariant($"{path}-wal.{now:yyyyMMdd-HHmmss}.lost");
        try
        {
            File.Move(path + "-wal", aside);
            return aside;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The log now belongs to another process, or no longer exists.
            return null;
        }
    }

    private Facts Read()
    {
        var (log, _) = _file.ReadLogState();
        var (header, size) = _file.ReadHeader();
        // The state of the log is read before and after the file, to detect a change while the file is being read.
        var (after, commits) = _file.ReadLogState();
        return new Facts($"{size} {header}", File.GetLastWriteTimeUtc(path), after, commits, log != after || IsUnderWay(after));
    }

    // The log state ends with two frame counts: the frames already copied, and the frames to copy. The counts differ while a checkpoint is in progress.
    private static bool IsUnderWay(string log) => log.Length > 16 && log[^16..^8] != log[^8..];

    private (long Size, DateTime Written) LogFacts()
    {
        var log = new FileInfo(path + "-wal");
        return log.Exists ? (log.Length, log.LastWriteTimeUtc) : (-1, default);
    }

    private readonly record struct Facts(string Content, DateTime Written, string Log, uint Commits, bool IsCopying);
}
