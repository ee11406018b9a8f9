using System.Diagnostics;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// Detects that the file of an open store is no longer the file that was opened, because it was removed, renamed, replaced, or overwritten in place.
/// SQLite itself would continue writing to a file without a name, or over a backup that was just restored.
/// </summary>
/// <remarks>
/// Every SQLite user writes to the log first, and copies it into the file later; both change the state of the log. A file that changed although the
/// log's state did not was written by another program. If this is not certain, nothing is written.
/// </remarks>
internal sealed class FileWatch(string path, sqlite3 database)
{
    /// <summary>The maximum time that another process may take to copy the log into the file.</summary>
    private static readonly TimeSpan s_longestCopy = TimeSpan.FromSeconds(2);

    private const string Overwritten = "its file was overwritten by another program";

    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE (sqlite.org/c3ref/c_dbconfig_defensive.html)
    private const int NoCopyOnClose = 1006;

    private readonly SqliteFile _file = new(database);
    private Facts _known;
    private (long Size, DateTime Written) _log;

    /// <summary>Records the state of the file as the store left it: after opening, and after each write of this store.</summary>
    public void Remember()
    {
        _known = Read();
        _log = LogFacts();
    }

    /// <summary>
    /// Sets the file's date directly before a commit. The commit itself changes only the log, so an earlier copy of the file would look the same, and
    /// would not be detected when it is restored.
    /// </summary>
    /// <returns>An action that restores the date if the commit fails.</returns>
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
                // Only the file's owner may set the date; the size and header are compared in any case.
                return false;
            }
        }
    }

    /// <summary>Compares the file with its recorded state.</summary>
    /// <param name="isAlone">
    /// Whether no other process can be writing. Otherwise, the file's date has no meaning, because each process sets the date before its commit.
    /// </param>
    /// <returns>The reason that the store must no longer be used; null when there is none.</returns>
    public string? Check(bool isAlone)
    {
        if (_file.HasMoved())
            return File.Exists(path) ? "a different file is now at its path" : "its file was removed or renamed";
        for (long started = Stopwatch.GetTimestamp(); ;)
        {
            var now = Read();
            // The number of commits only increases. A backup that was restored together with its log has fewer commits.
            if (now.Commits < _known.Commits)
                return Overwritten;
            if (now.Log != _known.Log)
            {
                _known = now;
                _log = LogFacts();
            }
            if (now.Content == _known.Content && (!isAlone || now.Written == _known.Written))
                return null;
            // A checkpoint in progress changes the log's state before it writes, and when it finishes.
            if (!now.IsCopying || Stopwatch.GetElapsedTime(started) > s_longestCopy)
                return Overwritten;
            Thread.Sleep(10);
        }
    }

    /// <summary>Compares the file while no other process can write, if the lock is available immediately.</summary>
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

    /// <summary>Checkpoints the log into the file, so that the file alone contains all turns.</summary>
    /// <returns>False when another process is using the file.</returns>
    public bool CopyLog()
    {
        int code = raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        Remember();
        // For other failures, such as a full disk, the turns are in the log, and the next write reports the error.
        return code != raw.SQLITE_BUSY;
    }

    /// <summary>Makes SQLite close without a checkpoint, which would change the file that is now at the path.</summary>
    public void LeaveFileAlone() => raw.sqlite3_db_config(database, NoCopyOnClose, 1, out _);

    /// <summary>
    /// Renames a log that belongs to the lost file. SQLite would otherwise treat the log as that of the file that is now at the path, and copy it
    /// into that file.
    /// </summary>
    /// <returns>The new path; null when the log was empty, or no longer belongs to this store.</returns>
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
        // The log's state is read before and after the file, to make sure that it belongs to that file.
        var (after, commits) = _file.ReadLogState();
        return new Facts($"{size} {header}", File.GetLastWriteTimeUtc(path), after, commits, log != after || IsUnderWay(after));
    }

    // The last two numbers are the number of copied frames and the total number of frames.
    private static bool IsUnderWay(string log) => log.Length > 16 && log[^16..^8] != log[^8..];

    private (long Size, DateTime Written) LogFacts()
    {
        var log = new FileInfo(path + "-wal");
        return log.Exists ? (log.Length, log.LastWriteTimeUtc) : (-1, default);
    }

    private readonly record struct Facts(string Content, DateTime Written, string Log, uint Commits, bool IsCopying);
}
