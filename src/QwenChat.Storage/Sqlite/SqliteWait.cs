using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace QwenChat.Storage.Sqlite;

/// <summary>Waits for other processes that have the file. Not by the driver, which cannot be stopped meanwhile.</summary>
internal static class SqliteWait
{
    /// <summary>How long to wait for other processes that write.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Between two attempts to get hold of the file, each of which lets SQLite wait as long: a stop comes through at once in the one and soon in the
    /// other.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public static async Task ForOthersAsync(Func<Task> work, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (SqliteException e) when (e.SqliteErrorCode == SqliteErrors.Busy && Stopwatch.GetElapsedTime(started) < Longest)
            {
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
    }
}
