using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace QwenChat.Media;

/// <summary>
/// The form that puts a file into the temporary store: the policy's fields, then the file, which must be last (qwen-api §6.4). The file
/// is streamed from the disk.
/// </summary>
internal sealed class UploadForm : HttpContent
{
    private const int BlockBytes = 128 * 1024;

    private readonly LocalFile _file;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly Action<long> _sent;

    /// <param name="policy">The permission.</param>
    /// <param name="key">The file's name in the store.</param>
    /// <param name="file">The file.</param>
    /// <param name="sent">Called with how many of the file's bytes have gone out.</param>
    public UploadForm(UploadPolicy policy, string key, LocalFile file, Action<long> sent)
    {
        _file = file;
        _sent = sent;
        string boundary = "QwenChat-" + Guid.NewGuid().ToString("N");
        var head = new StringBuilder();
        foreach (var (name, value) in policy.Fields.Take(3).Append(new("key", key)).Concat(policy.Fields.Skip(3)))
            head.Append($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        head.Append(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file.NameForUpload}\"\r\nContent-Type: {file.Type.Mime}\r\n\r\n");
        _head = Encoding.UTF8.GetBytes(head.ToString());
        _tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new NameValueHeaderValue("boundary", boundary) } };
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + _file.Length + _tail.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var file = Open();
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            await stream.WriteAsync(_head, cancellationToken).ConfigureAwait(false);
            long left = _file.Length;
            while (left > 0)
            {
                int count = Read(file, block.AsSpan(0, (int)Math.Min(block.Length, left)));
                if (count == 0)
                    throw _file.Changed();
                await stream.WriteAsync(block.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                left -= count;
                _sent(_file.Length - left);
            }
            if (Read(file, block.AsSpan(0, 1)) > 0)
                throw _file.Changed();
            await stream.WriteAsync(_tail, cancellationToken).ConfigureAwait(false);
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
            return new FileStream(_file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(_file.Path, unreadable);
        }
    }

    // What fails here is the file; what fails while writing is the network, and means something else to whoever sends.
    private int Read(FileStream file, Span<byte> block)
    {
        try
        {
            return file.Read(block);
        }
        catch (IOException unreadable)
        {
            throw LocalFile.Unreadable(_file.Path, unreadable);
        }
    }
}
