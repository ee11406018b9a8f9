using QwenChat.Text;

namespace QwenChat.Http;

/// <summary>
/// The body of a response while it is being received. Each network read has a timeout, and the size is limited. The format of the body can be determined
/// from its first bytes before the body is read.
/// </summary>
/// <remarks>
/// Every byte restarts the idle timeout. A second limit of twice the idle timeout is restarted only by bytes of the reply, so that a stream of heartbeats
/// ends.
/// </remarks>
internal sealed class WatchedBody(Stream inner, Watchdog watchdog, TimeProvider time, TimeSpan idleTimeout, ResponseLimit limit) : Stream
{
    private byte[] _ahead = [];
    private int _aheadUsed;
    private int _aheadLength;
    private long _total;
    private bool _begun;
    private long _progress;
    private long? _graceStart;
    private TimeSpan _grace;

    /// <summary>Records that the bytes read so far belong to the reply.</summary>
    public void Progress() => _progress = time.GetTimestamp();

    /// <summary>Records that the reply is complete and limits the time for the body to end.</summary>
    public void EndWithin(TimeSpan grace)
    {
        _graceStart = time.GetTimestamp();
        _grace = grace;
    }

    /// <summary>Returns the first byte that is not white space; null if the body ends first. If the first 4 KB are white space, returns a space.</summary>
    public async ValueTask<byte?> PeekAsync(CancellationToken cancellation)
    {
        _ahead = GC.AllocateUninitializedArray<byte>(4096);
        while (_aheadLength < _ahead.Length)
        {
            int count = await ReadNetworkAsync(_ahead.AsMemory(_aheadLength), cancellation).ConfigureAwait(false);
            _aheadLength += count;
            if (FirstVisible(_ahead.AsSpan(0, _aheadLength)) is { } first)
                return first;
            if (count == 0)
                return null;
        }
        return (byte)' ';
    }

    private static byte? FirstVisible(ReadOnlySpan<byte> text)
    {
        var mark = "\uFEFF"u8;
        if (text.StartsWith(mark))
            text = text[mark.Length..];
        else if (mark.StartsWith(text))
            return null;
        int first = text.IndexOfAnyExcept(" \t\r\n"u8);
        return first < 0 ? null : text[first];
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_aheadUsed < _aheadLength)
        {
            int count = Math.Min(buffer.Length, _aheadLength - _aheadUsed);
            _ahead.AsMemory(_aheadUsed, count).CopyTo(buffer);
            _aheadUsed += count;
            return count;
        }
        return await ReadNetworkAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<int> ReadNetworkAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_begun)
            Watch();
        // At most one byte more than the limit is read, which is enough to show that the limit was exceeded.
        int count = await UnpackAsync(buffer[..(int)Math.Min(buffer.Length, limit.Bytes - _total + 1)], cancellation).ConfigureAwait(false);
        watchdog.Rest();
        if (!_begun)
            Progress();
        _begun = true;
        _total += count;
        if (_total > limit.Bytes)
            throw new QwenException(limit.Kind, $"The response exceeded the maximum size of {ByteSize.Of(limit.Bytes)}. {limit.Advice}");
        return count;
    }

    private void Watch()
    {
        if (_graceStart is { } start)
        {
            watchdog.Watch(Watchdog.IdlePhase, _grace, _grace - time.GetElapsedTime(start), null);
            return;
        }
        var left = 2 * idleTimeout - time.GetElapsedTime(_progress);
        if (left < idleTimeout)
            watchdog.Watch(Watchdog.IdlePhase, 2 * idleTimeout, left, "The response contained only heartbeats");
        else
            watchdog.Watch(Watchdog.IdlePhase, idleTimeout);
    }

    private async ValueTask<int> UnpackAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or (InvalidOperationException and not ObjectDisposedException))
        {
            // The decompressors of .NET throw these exceptions for invalid or incomplete data.
            throw new IOException($"The compressed response cannot be decompressed: {damaged.Message}", damaged);
        }
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
