namespace QwenChat.Http;

/// <summary>
/// The body of an answer as it comes: every wait for the network is watched, the size is bounded, and the first bytes can be looked
/// at before it is decided how to read them.
/// </summary>
/// <remarks>
/// Every byte shows that the server is there, but only what belongs to the answer lets it go on for ever: a stream of heartbeats ends after
/// twice the idle time-out.
/// </remarks>
internal sealed class WatchedBody(Stream inner, Watchdog watchdog, TimeProvider time, TimeSpan idleTimeout, long maximumBytes) : Stream
{
    private byte[] _ahead = [];
    private int _aheadUsed;
    private int _aheadLength;
    private long _total;
    private bool _begun;
    private long _progress;
    private long? _graceStart;
    private TimeSpan _grace;

    /// <summary>Says that what was read belongs to the answer.</summary>
    public void Progress() => _progress = time.GetTimestamp();

    /// <summary>Says that the answer is whole: from now on the body has this long to end.</summary>
    public void EndWithin(TimeSpan grace)
    {
        _graceStart = time.GetTimestamp();
        _grace = grace;
    }

    /// <summary>The first byte that is no white space; null when there is none.</summary>
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
        // One byte beyond what may come says that it is too much, however large the reader's buffer.
        int count = await UnpackAsync(buffer[..(int)Math.Min(buffer.Length, maximumBytes - _total + 1)], cancellation).ConfigureAwait(false);
        watchdog.Rest();
        if (!_begun)
            Progress();
        _begun = true;
        _total += count;
        if (_total > maximumBytes)
        {
            throw new QwenException(QwenErrorKind.ProtocolError,
                $"The answer passed {maximumBytes / (1024 * 1024)} MB without an end. No model writes that much; the server at this address is not one that "
                    + "QwenChat can talk to.");
        }
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
            watchdog.Watch(Watchdog.IdlePhase, 2 * idleTimeout, left, "The answer had begun and then brought nothing but heartbeats");
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
            // The platform's decompressors say by these that the bytes are none of theirs, or not all there.
            throw new IOException($"The answer is compressed and cannot be unpacked: {damaged.Message}", damaged);
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
