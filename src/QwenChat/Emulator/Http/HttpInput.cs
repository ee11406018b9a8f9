using System.Net.Sockets;

namespace QwenChat.Emulator.Http;

/// <summary>
/// The receiving side of a connection. At most one read is pending, and two callers may wait for it: the parser, for more bytes, and,
/// while a response is written, the watcher, for a disconnect. Only the parser removes bytes, and bytes are moved only for the parser.
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

    /// <summary>The bytes that have arrived and have not been removed.</summary>
    public ReadOnlySpan<byte> Buffered
    {
        get
        {
            lock (_gate)
                return _buffer.AsSpan(_start, _end - _start);
        }
    }

    /// <summary>Whether the watcher can continue; new bytes fill the buffer until the parser removes them.</summary>
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

    /// <summary>Waits, for the parser, until there are new bytes. Returns false if the other side has closed, or the buffer is full.</summary>
    /// <param name="seen">The number of bytes already examined. Bytes that the watcher has already received end the wait.</param>
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

    /// <summary>Waits, for the watcher, until more bytes have arrived. Returns false if the other side has closed, or the buffer is full.</summary>
    public Task<bool> WatchAsync()
    {
        lock (_gate)
            return ReadAsync();
    }

    private bool IsReading => _read is { IsCompleted: false };

    private Task<bool> ReadAsync() => IsReading ? _read! : _read = ReadMoreAsync();

    // Bytes are moved between two reads, so that no read writes to the same place.
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
