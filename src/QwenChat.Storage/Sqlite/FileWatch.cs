using System.Diagnostics;
using SQLitePCL;

namespace QwenChat.Storage.Sqlite;

/// <summary>
/// Notices when the file of an open store is no longer the one that was opened: removed, renamed, replaced, or overwritten in place. SQLite
/// itself would go on, into a file without a name or over a backup that was just restored.
/// </summary>
/// <remarks>
/// Everybody who uses SQLite writes to the log first, and copies it into the file later; both show in the state of the log. A file that changed
/// although the log's state did not was written by something else. Where it is not clear, nothing is written.
/// </remarks>
internal sealed class FileWatch(string path, sqlite3 database)
{
    /// <summary>How long a copy of the log into the file that another process has begun may take.</summary>
    private static readonly TimeSpan s_longestCopy = TimeSpan.FromSeconds(2);

    private const string Overwritten = "its file was overwritten by something else";

    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE (sqlite.org/c3ref/c_dbconfig_defensive.html)
    private const int NoCopyOnClose = 1006;

    private readonly SqliteFile _file = new(database);
    private Facts _known;
    private (long Size, DateTime Written) _log;

    /// <summary>Remembers the state of the file as the store left it: after opening, and after each write of this store.</summary>
    public void Remember()
    {
        _known = Read();
        _log = LogFacts();
    }

    /// <summary>
    /// Dates the file, directly before a commit. The commit itself changes only the log: a copy of the file from before would look the same, and be
    /// taken for the file when it is put back.
    /// </summary>
    /// <returns>What undoes it, should the commit fail.</returns>
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
                // Only the file's owner may; its size and header are compared all the same.
                return false;
            }
        }
    }

    /// <summary>Compares the file with what was last seen of it.</summary>
    /// <param name="isAlone">Whether nobody else can be writing. If someone can, the file's date says nothing: it is set before the commit.</param>
    /// <returns>Why the store must not be used any more; null when all is well.</returns>
    public string? Check(bool isAlone)
    {
        if (_file.HasMoved())
            return File.Exists(path) ? "another file is at its path now" : "its file was removed or renamed";
        for (long started = Stopwatch.GetTimestamp(); ;)
        {
            var now = Read();
            // Commits are only added. A backup that was put back together with its log has fewer.
            if (now.Commits < _known.Commits)
                return Overwritten;
            if (now.Log != _known.Log)
            {
                _known = now;
                _log = LogFacts();
            }
            if (now.Content == _known.Content && (!isAlone || now.Written == _known.Written))
                return null;
            // A copy that is under way says so before it writes, and at its end.
            if (!now.IsCopying || Stopwatch.GetElapsedTime(started) > s_longestCopy)
                return Overwritten;
            Thread.Sleep(10);
        }
    }

    /// <summary>The same while nobody else can write, if that can be had at once.</summary>
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

    /// <summary>Copies the log into the file, so that the file alone holds all turns.</summary>
    /// <returns>False when someone else is at the file.</returns>
    public bool CopyLog()
    {
        int code = raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        Remember();
        // Whatever else it is, a full disk perhaps: the turns are in the log, and the next write says so.
        return code != raw.SQLITE_BUSY;
    }

    /// <summary>Has SQLite close without copying the log into whatever the file is now.</summary>
    public void LeaveFileAlone() => raw.sqlite3_db_config(database, NoCopyOnClose, 1, out _);

    /// <summary>
    /// Puts a log that belongs to the file that is gone out of the way: SQLite would take it for the log of the file that is at the path now, and
    /// copy it into that.
    /// </summary>
    /// <returns>Where it is now; null when there was nothing in it, or it is not this store's any more.</returns>
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
            // It is someone else's now, or gone.
            return null;
        }
    }

    private Facts Read()
    {
        var (log, _) = _file.ReadLogState();
        var (header, size) = _file.ReadHeader();
        // The log's state before and after the file is read: what it says belongs to that file.
        var (after, commits) = _file.ReadLogState();
        return new Facts($"{size} {header}", File.GetLastWriteTimeUtc(path), after, commits, log != after || IsUnderWay(after));
    }

    // How much was copied, and how much is to be: the last two numbers.
    private static bool IsUnderWay(string log) => log.Length > 16 && log[^16..^8] != log[^8..];

    private (long Size, DateTime Written) LogFacts()
    {
        var log = new FileInfo(path + "-wal");
        return log.Exists ? (log.Length, log.LastWriteTimeUtc) : (-1, default);
    }

    private readonly record struct Facts(string Content, DateTime Written, string Log, uint Commits, bool IsCopying);
}
