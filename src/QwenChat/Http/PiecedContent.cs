using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using QwenChat.Protocols;

namespace QwenChat.Http;

/// <summary>
/// A request body written from the pieces it consists of. Small ones go through one pooled block: a write per piece took twice as long,
/// and one buffer for all would allocate the history again. What is larger than the block is written as it is.
/// </summary>
internal sealed class PiecedContent : HttpContent
{
    private const int BlockSize = 64 * 1024;
    private readonly ChatRequestBody _body;

    public PiecedContent(ChatRequestBody body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent((int)Math.Min(BlockSize, _body.Length));
        try
        {
            int used = 0;
            foreach (var piece in _body.Pieces())
            {
                var rest = piece;
                while (!rest.IsEmpty)
                {
                    if (used == 0 && rest.Length >= block.Length)
                    {
                        // What is left of it begins the next block, so that the end of the body is no write of its own.
                        int whole = rest.Length - rest.Length % block.Length;
                        await stream.WriteAsync(rest[..whole], cancellationToken).ConfigureAwait(false);
                        rest = rest[whole..];
                        continue;
                    }
                    int count = Math.Min(rest.Length, block.Length - used);
                    rest.Span[..count].CopyTo(block.AsSpan(used));
                    rest = rest[count..];
                    used += count;
                    if (used == block.Length)
                    {
                        await stream.WriteAsync(block.AsMemory(0, used), cancellationToken).ConfigureAwait(false);
                        used = 0;
                    }
                }
            }
            if (used > 0)
                await stream.WriteAsync(block.AsMemory(0, used), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
