using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using QwenChat.Protocols;

namespace QwenChat.Http;

/// <summary>
/// A request body that is written from its pieces. Small pieces are copied into one pooled block, because separate writes took twice as long. A buffer for
/// the whole body would be a second copy of the history in memory. Pieces larger than the block are written directly.
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
                if (piece.Length > block.Length - used)
                {
                    await stream.WriteAsync(block.AsMemory(0, used), cancellationToken).ConfigureAwait(false);
                    used = 0;
                }
                if (piece.Length > block.Length)
                {
                    await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                    continue;
                }
                piece.CopyTo(block.AsMemory(used));
                used += piece.Length;
            }
            await stream.WriteAsync(block.AsMemory(0, used), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
