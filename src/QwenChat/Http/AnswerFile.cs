namespace QwenChat.Http;

/// <summary>Writes an answer that is a file to the disk. Failures of the network and of the disk are distinct: only the first is worth a retry.</summary>
internal static class AnswerFile
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>Writes the answer. The file is on the disk when this returns.</summary>
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
