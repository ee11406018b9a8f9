using System.Globalization;
using System.Text;

namespace QwenChat.Emulator.Http;

/// <summary>Reads HTTP/1.0 and HTTP/1.1 requests from a connection.</summary>
internal sealed class HttpRequestReader(HttpInput input, Stream output, int maximumBodyBytes)
{
    private const int MaximumLineBytes = 32 * 1024;
    private const int MaximumHeaders = 200;

    /// <summary>Reads the next request. Returns null if the client has closed the connection.</summary>
    public async Task<HttpRequest?> ReadAsync()
    {
        string? line = await ReadLineAsync().ConfigureAwait(false);
        if (line is { Length: 0 }) // An empty line before a request must be tolerated (RFC 9112 §2.2).
            line = await ReadLineAsync().ConfigureAwait(false);
        if (line is null)
            return null;
        var (method, path, query, version10) = ParseRequestLine(line);

        var headers = new List<KeyValuePair<string, string>>();
        while (true)
        {
            line = await ReadLineAsync().ConfigureAwait(false)
                ?? throw new HttpMalformedException(400, "The connection was closed in the middle of the headers.");
            if (line.Length == 0)
                break;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[..colon].AsSpan().ContainsAny(' ', '\t'))
                throw new HttpMalformedException(400, "A header line is malformed.");
            if (headers.Count == MaximumHeaders)
                throw new HttpMalformedException(431, "There are too many headers.");
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        var head = new HttpRequest(method, path, query, headers, [], KeepAlive: false);
        string connection = head.Header("connection") ?? "";
        bool keepAlive = version10
            ? connection.Contains("keep-alive", StringComparison.OrdinalIgnoreCase)
            : !connection.Contains("close", StringComparison.OrdinalIgnoreCase);
        return head with { Body = await ReadBodyAsync(head).ConfigureAwait(false), KeepAlive = keepAlive };
    }

    private static (string Method, string Path, string Query, bool Version10) ParseRequestLine(string line)
    {
        string[] parts = line.Split(' ');
        if (parts.Length != 3 || parts[0].Length == 0 || parts[2] is not ("HTTP/1.1" or "HTTP/1.0"))
            throw new HttpMalformedException(400, "The request line is malformed.");
        string target = parts[1];
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) // as sent to a proxy
            target = Uri.TryCreate(target, UriKind.Absolute, out var uri)
                ? uri.PathAndQuery : throw new HttpMalformedException(400, "The request target is malformed.");
        if (!target.StartsWith('/'))
            throw new HttpMalformedException(400, "The request target is malformed.");
        int question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0
            ? (parts[0], target, "", parts[2] == "HTTP/1.0")
            : (parts[0], target[..question], target[(question + 1)..], parts[2] == "HTTP/1.0");
    }

    private async Task<byte[]> ReadBodyAsync(HttpRequest head)
    {
        string? coding = head.Header("transfer-encoding");
        string? length = head.Header("content-length");
        if (coding is null && length is null)
            return [];
        if (coding is not null && (length is not null || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase)))
            throw new HttpMalformedException(400, "The request must use either Content-Length or chunked Transfer-Encoding, but not both.");

        int count = 0;
        if (length is not null)
        {
            if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long announced))
                throw new HttpMalformedException(400, "The Content-Length is not a number.");
            if (announced > maximumBodyBytes)
                throw new HttpMalformedException(413, "Payload Too Large.");
            count = (int)announced;
        }
        if (head.Header("expect")?.Equals("100-continue", StringComparison.OrdinalIgnoreCase) == true)
        {
            await output.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
        }
        if (coding is not null)
            return await ReadChunksAsync().ConfigureAwait(false);
        var body = new byte[count];
        await ReadBytesAsync(body).ConfigureAwait(false);
        return body;
    }

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new MemoryStream();
        while (true)
        {
            string line = await ReadLineAsync().ConfigureAwait(false) ?? throw Cut();
            int extension = line.IndexOf(';', StringComparison.Ordinal);
            string size = (extension < 0 ? line : line[..extension]).Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int count) || count < 0)
                throw new HttpMalformedException(400, "A chunk's length is malformed.");
            if (count == 0)
                break;
            if (body.Length + count > maximumBodyBytes)
                throw new HttpMalformedException(413, "Payload Too Large.");
            var chunk = new byte[count];
            await ReadBytesAsync(chunk).ConfigureAwait(false);
            body.Write(chunk);
            if (await ReadLineAsync().ConfigureAwait(false) is not { Length: 0 })
                throw new HttpMalformedException(400, "A chunk is longer than announced.");
        }
        while (await ReadLineAsync().ConfigureAwait(false) is { } trailer && trailer.Length > 0)
        {
            // Trailers are ignored.
        }
        return body.ToArray();
    }

    private async Task ReadBytesAsync(Memory<byte> destination)
    {
        while (destination.Length > 0)
        {
            int count = CopyBuffered(destination.Span);
            destination = destination[count..];
            if (destination.Length > 0 && !await input.FillAsync(seen: 0).ConfigureAwait(false))
                throw Cut();
        }
    }

    private int CopyBuffered(Span<byte> destination)
    {
        var buffered = input.Buffered;
        int count = Math.Min(buffered.Length, destination.Length);
        buffered[..count].CopyTo(destination);
        input.Take(count);
        return count;
    }

    /// <summary>Returns a line without its line break; null if the connection was closed before the line began.</summary>
    private async Task<string?> ReadLineAsync()
    {
        while (true)
        {
            if (TryTakeLine(out string? line, out int seen))
                return line;
            if (!await input.FillAsync(seen).ConfigureAwait(false))
                return input.Buffered.IsEmpty ? null : throw Cut();
        }
    }

    private bool TryTakeLine(out string? line, out int seen)
    {
        var buffered = input.Buffered;
        seen = buffered.Length;
        int end = buffered.IndexOf((byte)'\n');
        if (end > MaximumLineBytes || (end < 0 && buffered.Length > MaximumLineBytes))
            throw new HttpMalformedException(431, "A header line is too long.");
        line = null;
        if (end < 0)
            return false;
        line = Encoding.Latin1.GetString(buffered[..end]).TrimEnd('\r');
        input.Take(end + 1);
        return true;
    }

    private static HttpMalformedException Cut() => new(400, "The connection was closed in the middle of the request.");
}
