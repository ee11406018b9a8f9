using System.Globalization;
using System.Text;

namespace QwenChat.Benchmarks;

/// <summary>An answer as bytes, including the HTTP head.</summary>
internal sealed class PreparedAnswer
{
    private PreparedAnswer(byte[] bytes, StampedAnswer? stamped = null) => (Bytes, Stamped) = (bytes, stamped);

    public byte[] Bytes { get; }

    /// <summary>The same answer with the send time in its first chunk; null if the answer is not streamed.</summary>
    public StampedAnswer? Stamped { get; }

    public static PreparedAnswer Whole(string json) =>
        new(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    /// <summary>Creates an answer with one HTTP chunk per event, like the service.</summary>
    public static PreparedAnswer Streamed(IEnumerable<string> events)
    {
        string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\r\n";
        string[] chunks = events.Select(Chunk).ToArray();
        return new PreparedAnswer(Encoding.UTF8.GetBytes(head + string.Concat(chunks) + "0\r\n\r\n"), StampedAnswer.Of(head, chunks));
    }

    private static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text).ToString("x", CultureInfo.InvariantCulture)}\r\n{text}\r\n";
}
