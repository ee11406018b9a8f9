using System.Buffers;
using System.Buffers.Text;

namespace QwenChat.Streaming;

/// <summary>
/// Decodes base64 that is received in chunks (wire §6.5). The server may split the base64 anywhere, or encode each chunk separately with its own padding.
/// </summary>
internal sealed class AudioPieces
{
    private readonly byte[] _group = new byte[4];
    private int _held;
    private int _pieces;

    public static byte[]? Join(IReadOnlyList<string> pieces)
    {
        if (pieces.Count == 0)
            return null;
        var decoder = new AudioPieces();
        using var memory = new MemoryStream();
        foreach (string piece in pieces)
            memory.Write(decoder.Decode(piece));
        memory.Write(decoder.End());
        return memory.ToArray();
    }

    /// <summary>Decodes the base64 groups that a chunk completes.</summary>
    public byte[] Decode(string piece)
    {
        _pieces++;
        var decoded = new ArrayBufferWriter<byte>(piece.Length / 4 * 3 + 3);
        foreach (char c in piece)
        {
            if (c is '\r' or '\n' or ' ' or '\t')
                continue;
            if (c > 127)
                throw NotBase64();
            _group[_held++] = (byte)c;
            if (_held == 4)
                Flush(decoded);
        }
        return decoded.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the characters that remain after the last chunk: a group whose padding the server omitted.</summary>
    public byte[] End()
    {
        var decoded = new ArrayBufferWriter<byte>(3);
        if (_held == 0)
            return [];
        while (_held < 4)
            _group[_held++] = (byte)'=';
        Flush(decoded);
        return decoded.WrittenSpan.ToArray();
    }

    private void Flush(ArrayBufferWriter<byte> decoded)
    {
        if (Base64.DecodeFromUtf8(_group, decoded.GetSpan(3), out _, out int count) != OperationStatus.Done)
            throw NotBase64();
        decoded.Advance(count);
        _held = 0;
    }

    private QwenException NotBase64() => QwenException.OfContent(
        $"Chunk {_pieces} of the audio reply is not base64. The text of the reply is not affected. Send the message again, or request a reply without audio.");
}
