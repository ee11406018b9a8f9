using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace QwenChat.Storage.Sqlite;

/// <summary>Waits for other processes that use the file. The driver itself could wait, but not with cancellation.</summary>
internal static class SqliteWait
{
    /// <summary>The maximum time to wait for other processes that are writing.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The delay between two attempts to lock the file. SQLite also waits for this time during each attempt. Cancellation takes effect immediately
    /// during the delay, and after an attempt otherwise.
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
