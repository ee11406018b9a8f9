namespace QwenChat.Http;

/// <summary>
/// Downloads a file: writes the response body to disk. Network and disk failures are distinguished, because only network failures can be retried.
/// </summary>
internal static class AnswerFile
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>Writes the response body to the file and flushes the file to disk.</summary>
    /// <returns>The number of bytes.</returns>
    public static async Task<long> CopyAsync(ResponseStream answer, FileStream target, CancellationToken cancellation)
    {
        byte[] block = new byte[BlockBytes];
        long length = 0;
        while (await answer.ReadBytesAsync(block).ConfigureAwait(false) is > 0 and int count)
        {
            length += count;
            await target.WriteAsync(block.AsMemory(0, count), cancellation).ConfigureAwait(false);
        }
        target.Flush(flushToDisk: true);
        return length;
    }
}
