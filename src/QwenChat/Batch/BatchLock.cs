namespace QwenChat.Batch;

/// <summary>The lock of a batch, held by at most one process. The operating system releases the lock when the process ends or is killed.</summary>
internal sealed class BatchLock : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The maximum time to wait for another process, which may be uploading a file.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly FileStream _file;

    private BatchLock(FileStream file) => _file = file;

    /// <exception cref="QwenException">Another process holds the lock, or the folder cannot be written.</exception>
    public static async Task<BatchLock> EnterAsync(BatchRecord record, CancellationToken cancellation)
    {
        for (long started = Environment.TickCount64; ;)
        {
            if (TryEnter(record) is { } entered)
                return entered;
            if (Environment.TickCount64 - started > s_longest.TotalMilliseconds)
                throw new QwenException(QwenErrorKind.StoreUnavailable, $"Another process is working on the batch '{record.Name}'. Try again when it "
                    + "has finished.");
            await Task.Delay(s_pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the lock; null if another process holds it.</summary>
    /// <exception cref="QwenException">The folder cannot be written, or no longer exists.</exception>
    public static BatchLock? TryEnter(BatchRecord record)
    {
        string path = Path.Combine(record.Folder, BatchFiles.Lock);
        try
        {
            return new BatchLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (DirectoryNotFoundException)
        {
            throw new QwenException(QwenErrorKind.NotFound, $"The batch '{record.Name}' has been removed.");
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw BatchFolder.CannotWrite(path, unwritable);
        }
    }

    public void Dispose() => _file.Dispose();
}
