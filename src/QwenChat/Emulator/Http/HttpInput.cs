using System.Net.Sockets;

namespace QwenChat.Emulator.Http;

/// <summary>
/// The input of a connection. At most one read is pending. Two callers can wait for the read: the parser (<see cref="HttpRequestReader"/>), which needs
/// more bytes, and the watcher (<see cref="HttpConnection"/>), which detects a disconnect during a response. Only the parser removes or moves bytes.
/// </summary>
internal sealed class HttpInput(Stream stream)
{
    private static readonly Task<bool> s_true = Task.FromResult(true);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly object _gate = new();
    private int _start;
    private int _end;
    private bool _ended;
    private Task<bool>? _read;

    /// <summary>The bytes that have been received but not removed.</summary>
    public ReadOnlySpan<byte> Buffered
    {
        get
        {
            lock (_gate)
                return _buffer.AsSpan(_start, _end - _start);
        }
    }

    /// <summary>Whether the buffer has room for more bytes. If it is full, the watcher cannot continue until the parser removes bytes.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
                return _end < _buffer.Length;
        }
    }

    public void Take(int count)
    {
        lock (_gate)
        {
            _start += count;
            if (_start == _end && !IsReading)
                _start = _end = 0;
        }
    }

    /// <summary>Called by the parser to wait for more bytes. Returns false if the client has closed the connection, or if the buffer is full.</summary>
    /// <param name="seen">The number of bytes that the parser has examined. If the buffer contains more bytes, the method does not wait.</param>
    public Task<bool> FillAsync(int seen)
    {
        lock (_gate)
        {
            if (_end - _start > seen)
                return s_true;
            if (!IsReading)
                MoveToFront();
            return ReadAsync();
        }
    }

    /// <summary>Waits for new bytes, like <see cref="FillAsync"/>, but never moves bytes. Called by the watcher.</summary>
    public Task<bool> WatchAsync()
    {
        lock (_gate)
            return ReadAsync();
    }

    private bool IsReading => _read is { IsCompleted: false };

    private Task<bool> ReadAsync() => IsReading ? _read! : _read = ReadMoreAsync();

    // Bytes are moved only while no read is pending, because a read writes to the buffer.
    private void MoveToFront()
    {
        if (_start == 0)
            return;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
    }

    private async Task<bool> ReadMoreAsync()
    {
        if (_ended || _end == _buffer.Length)
            return false;
        int count;
        try
        {
            count = await stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            count = 0;
        }
        lock (_gate)
        {
            _end += count;
            _ended = count == 0;
        }
        return count > 0;
    }
}
