using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace QwenChat.Storage.Sqlite;

/// <summary>Waits for other processes that use the file. The driver is not used for waiting, because its wait cannot be canceled.</summary>
internal static class SqliteWait
{
    /// <summary>The maximum time to wait for other processes that are writing.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The delay between two attempts to lock the file, and the time that SQLite waits in each attempt. Only the delay can be canceled.</summary>
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
