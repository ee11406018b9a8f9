using System.Buffers;
using System.Net;

namespace QwenChat.Media;

/// <summary>
/// The content of a file, streamed from disk while a request is sent. If the file changes while it is being sent, the request fails.
/// <paramref name="sent"/> is called with the total number of bytes sent so far.
/// </summary>
internal sealed class FileBytes(LocalFile file, Action<long> sent) : HttpContent
{
    private const int BlockBytes = 128 * 1024;

    protected override bool TryComputeLength(out long length)
    {
        length = file.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var source = Open();
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            long left = file.Length;
            while (left > 0)
            {
                int count = Read(source, block.AsSpan(0, (int)Math.Min(block.Length, left)));
                if (count == 0)
                    throw file.Changed();
                await stream.WriteAsync(block.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                left -= count;
                sent(file.Length - left);
            }
            if (Read(source, block.AsSpan(0, 1)) > 0)
                throw file.Changed();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(file.Path, unreadable);
        }
    }

    // Errors in this method are file errors. Errors in writing to the request stream are network errors, which the caller handles differently.
    private int Read(FileStream source, Span<byte> block)
    {
        try
        {
            return source.Read(block);
        }
        catch (IOException unreadable)
        {
            throw LocalFile.Unreadable(file.Path, unreadable);
        }
    }
}
