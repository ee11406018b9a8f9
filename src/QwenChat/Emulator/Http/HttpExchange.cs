using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace QwenChat.Emulator.Http;

/// <summary>A request and its response. Written bytes are buffered until the buffer is flushed or exceeds 16 KB.</summary>
internal sealed class HttpExchange(HttpRequest request, Stream output, CancellationToken stopping) : IDisposable
{
    private const int FlushAbove = 16 * 1024;
    private readonly ArrayBufferWriter<byte> _pending = new(1024);
    private readonly CancellationTokenSource _gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly object _gate = new();
    private bool _chunked;
    private bool _done;

    public HttpRequest Request { get; } = request;

    /// <summary>Canceled when the client disconnects or the server stops.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>True if the client disconnected or the server stopped before the response was complete.</summary>
    public bool Aborted { get; private set; }

    /// <summary>The action to run when the exchange ends; for a complete response, just before its last bytes are sent.</summary>
    public Action? Finishing { get; set; }

    public bool KeepAlive { get; private set; } = request.KeepAlive;

    /// <summary>Returns the status line and the headers. If no length is specified, the body is chunked.</summary>
    public byte[] Head(int status, IEnumerable<KeyValuePair<string, string>> headers, long? contentLength)
    {
        _chunked = contentLength is null;
        var head = new StringBuilder(256);
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {Reason(status)}\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (contentLength is { } length)
            head.Append(CultureInfo.InvariantCulture, $"content-length: {length}\r\n");
        else
            head.Append("transfer-encoding: chunked\r\n");
        if (!KeepAlive)
            head.Append("connection: close\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    /// <summary>Writes bytes unchanged, even if the body is chunked.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _pending.Write(bytes);

    /// <summary>Writes a part of the body, in a separate chunk if the body is chunked.</summary>
    public ValueTask WriteAsync(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            if (_chunked)
                _pending.Write(Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            _pending.Write(bytes);
            if (_chunked)
                _pending.Write("\r\n"u8);
        }
        return _pending.WrittenCount > FlushAbove ? FlushAsync() : ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync()
    {
        if (_pending.WrittenCount == 0)
            return;
        await output.WriteAsync(_pending.WrittenMemory, Gone).ConfigureAwait(false);
        _pending.ResetWrittenCount();
    }

    public async ValueTask CompleteAsync()
    {
        if (_chunked)
            _pending.Write("0\r\n\r\n"u8);
        Finish();
        await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Aborts the response, because the client has disconnected. Does nothing if the response is already complete.</summary>
    public void HangUp()
    {
        lock (_gate)
        {
            if (_done)
                return;
            Aborted = true;
        }
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The exchange ended on another thread, so there is nothing to abort.
        }
    }

    public bool IsDone
    {
        get
        {
            lock (_gate)
                return _done;
        }
    }

    public void Finish()
    {
        lock (_gate)
        {
            if (_done)
                return;
            _done = true;
        }
        Finishing?.Invoke();
    }

    public void Dispose() => _gone.Dispose();

    private static string Reason(int status) => status switch
    {
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        _ => Enum.IsDefined((HttpStatusCode)status) ? SplitWords(((HttpStatusCode)status).ToString()) : "Unknown",
    };

    private static string SplitWords(string name) =>
        name == "OK" ? name : string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? " " + c : c.ToString()));
}
