using System.Net.Sockets;

namespace QwenChat.Emulator;

/// <summary>
/// The receiving side of a connection. At most one read is under way, and anybody may wait for it: the parser for more bytes, and,
/// while an answer is written, the watcher for the client's hang-up. Only the parser takes bytes out.
/// </summary>
internal sealed class HttpInput(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly object _gate = new();
    private int _start;
    private int _end;
    private bool _ended;
    private Task<bool>? _read;

    /// <summary>What has arrived and was not taken yet.</summary>
    public ReadOnlySpan<byte> Buffered
    {
        get
        {
            lock (_gate)
                return _buffer.AsSpan(_start, _end - _start);
        }
    }

    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _end - _start == _buffer.Length;
        }
    }

    public void Take(int count)
    {
        lock (_gate)
            _start += count;
    }

    /// <summary>Waits until more has arrived. False when the other side has ended, or nothing more fits.</summary>
    public Task<bool> FillAsync()
    {
        lock (_gate)
        {
            if (_read is null || _read.IsCompleted)
                _read = ReadMoreAsync();
            return _read;
        }
    }

    private async Task<bool> ReadMoreAsync()
    {
        if (_ended)
            return false;
        // Bytes are only moved here, between two reads, so that no read ever writes where they are moved to.
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
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
