using System.Buffers.Text;
using System.Net.Sockets;

namespace QwenChat.Benchmarks;

/// <summary>Reads the requests of one connection sequentially. Only bodies with a length are supported.</summary>
internal sealed class RequestInput(Socket client)
{
    private readonly byte[] _buffer = new byte[1 << 20];

    public Api Api { get; private set; }

    public bool AsksForStream { get; private set; }

    /// <summary>Reads a complete request. Returns false if the client has disconnected.</summary>
    public bool Read()
    {
        int used = 0;
        int body;
        while ((body = _buffer.AsSpan(0, used).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int count = client.Receive(_buffer.AsSpan(used));
            if (count == 0)
                return false;
            used += count;
        }
        body += 4;
        var head = _buffer.AsSpan(0, body);
        var path = head[..head.IndexOf("\r\n"u8)];
        Api = path.IndexOf("/responses"u8) >= 0 ? Api.Responses : path.IndexOf("/generation"u8) >= 0 ? Api.DashScope : Api.ChatCompletions;
        AsksForStream = head.IndexOf("text/event-stream"u8) >= 0;
        long rest = Length(head) - (used - body);
        // Clients write "stream":true near the beginning or the end of the body, so the middle is not searched.
        AsksForStream |= Asks(_buffer.AsSpan(body, used - body));
        while (rest > 0)
        {
            int count = client.Receive(_buffer.AsSpan(0, (int)Math.Min(rest, _buffer.Length)));
            if (count == 0)
                return false;
            rest -= count;
            if (rest == 0)
                AsksForStream |= Asks(_buffer.AsSpan(0, count));
        }
        return true;
    }

    private static bool Asks(ReadOnlySpan<byte> piece) =>
        piece[^Math.Min(piece.Length, 512)..].IndexOf("\"stream\":true"u8) >= 0 || piece[..Math.Min(piece.Length, 512)].IndexOf("\"stream\":true"u8) >= 0;

    private static long Length(ReadOnlySpan<byte> head)
    {
        int at = head.IndexOf("Content-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(head[(at + "Content-Length: ".Length)..], out long length, out _) ? length : 0;
    }
}
