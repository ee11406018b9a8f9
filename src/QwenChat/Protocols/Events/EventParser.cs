using System.Buffers;
using System.Buffers.Text;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols.Events;

/// <summary>
/// Parses the bytes of a <c>text/event-stream</c>, in blocks of any size and without I/O. <see cref="GetSpace"/> and <see cref="Append"/> add bytes, and
/// <see cref="TryRead"/> reads events.
/// </summary>
/// <remarks>
/// The parser follows the WHATWG rules, with extensions. The status in a <c>:HTTP_STATUS/n</c> comment is read (wire §2.6). A complete JSON object or
/// <c>[DONE]</c> needs no blank line after it (wire §5.4). The last event needs no blank line either, unless the event is truncated JSON. A line of JSON needs
/// no <c>data:</c>. A line of <c>error:</c> with text is an event of type <c>error</c>.
/// </remarks>
internal sealed class EventParser : IDisposable
{
    private const int FirstSize = 16 * 1024;
    private const int MinimumSpace = 4 * 1024;

    private readonly int _maximumEventBytes;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);

    // The buffer contains the data of the current event, followed by the unread bytes.
    private int _dataStart;
    private int _dataEnd;
    private int _line;
    private int _searched;
    private int _end;

    private byte[] _type = new byte[64];
    private int _typeLength;
    private int? _status;
    private JsonExtent _extent;
    private bool _hasData;
    private bool _isBare;
    private bool _given;
    private bool _atStart = true;
    private bool _skipLineFeed;
    private bool _completed;

    /// <param name="maximumEventBytes">The maximum size of one line, and of one event's data.</param>
    public EventParser(int maximumEventBytes) => _maximumEventBytes = maximumEventBytes;

    /// <summary>Returns the buffer space for the next bytes. The event that was read last becomes invalid.</summary>
    public Memory<byte> GetSpace()
    {
        if (_given)
            Forget();
        int data = _dataEnd - _dataStart;
        int live = data + _end - _line;
        if (live == 0 || _buffer.Length - _end < MinimumSpace)
            MakeSpace(data, live);
        return _buffer.AsMemory(_end);
    }

    /// <summary>Records how many bytes were written to the space that <see cref="GetSpace"/> returned.</summary>
    public void Advance(int count) => _end += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var space = GetSpace().Span;
            int count = Math.Min(space.Length, bytes.Length);
            bytes[..count].CopyTo(space);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>True if an event has begun but is not complete.</summary>
    public bool HasBegun => _hasData || (_line < _end && _buffer[_line] != (byte)':' && _buffer[_line] is not ((byte)'\n' or (byte)'\r'));

    /// <summary>Marks the end of the stream: remaining bytes without a line end are the last line.</summary>
    public void Complete() => _completed = true;

    /// <summary>Reads the next event. Returns false if the available bytes contain no complete event.</summary>
    /// <param name="serverEvent">The event; valid until the next call to any member.</param>
    /// <exception cref="QwenException">A line or an event exceeds the maximum.</exception>
    public bool TryRead(out ServerSentEvent serverEvent)
    {
        if (_given)
            Forget();
        while (TryFindLine(out int end, out int next))
        {
            if (end - _line > _maximumEventBytes)
                throw TooLarge();
            if (_atStart)
            {
                _atStart = false;
                if (_buffer.AsSpan(_line, end - _line).StartsWith("\uFEFF"u8))
                    _line += 3;
            }
            if (end == _line)
            {
                _line = next;
                if (_hasData)
                    return Give(out serverEvent);
                Forget();
            }
            else
            {
                if (_hasData && (_isBare || BeginsEvent(_buffer.AsSpan(_line, end - _line))) && IsWhole())
                    return Give(out serverEvent);
                ReadLine(_line, end);
                _line = next;
                if (_isBare && IsWhole())
                    return Give(out serverEvent);
            }
        }
        if (_completed && _hasData && !IsCutOff())
            return Give(out serverEvent);
        serverEvent = default;
        return false;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _dataStart = _dataEnd = _line = _searched = _end = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Finds the end of the line at <see cref="_line"/>: LF, CR LF or CR. A CR ends the line immediately; a later LF is skipped.</summary>
    private bool TryFindLine(out int end, out int next)
    {
        if (_skipLineFeed && _line < _end)
        {
            _skipLineFeed = false;
            if (_buffer[_line] == (byte)'\n')
                _line++;
        }
        _searched = Math.Max(_searched, _line);
        int found = _buffer.AsSpan(_searched, _end - _searched).IndexOfAny((byte)'\n', (byte)'\r');
        if (found >= 0)
        {
            end = _searched += found;
            next = end + 1;
            if (_buffer[end] == (byte)'\r')
            {
                if (next == _end)
                    _skipLineFeed = true;
                else if (_buffer[next] == (byte)'\n')
                    next++;
            }
            return true;
        }
        _searched = _end;
        if (_end - _line > _maximumEventBytes)
            throw TooLarge();
        end = next = _end;
        return _completed && _line < _end;
    }

    /// <summary>Whether a line can be the first line of an event. After complete data, such a line begins the next event.</summary>
    private static bool BeginsEvent(ReadOnlySpan<byte> line) =>
        IsJson(line) || TryReadField(line, "data"u8, out _) || TryReadField(line, "event"u8, out _) || TryReadField(line, "id"u8, out _)
        || TryReadField(line, "error"u8, out _) || line.StartsWith(StatusComment);

    /// <summary>Whether a line is JSON, possibly after the record separator of JSON text sequences.</summary>
    private static bool IsJson(ReadOnlySpan<byte> line) => line[0] == (byte)'{' || (line[0] == RecordSeparator && line.Length > 1 && line[1] == (byte)'{');

    private const byte RecordSeparator = 0x1e;

    private void ReadLine(int start, int end)
    {
        var line = _buffer.AsSpan(start, end - start);
        if (_isBare || (!_hasData && IsJson(line)))
        {
            _isBare = true;
            AddData(line[0] == RecordSeparator ? start + 1 : start, end);
        }
        else if (TryReadField(line, "data"u8, out int offset))
        {
            // Some proxies add the field name to data that already has it, so repeated field names are skipped.
            while (TryReadField(line[offset..], "data"u8, out int more) && line[offset + more - 1] is (byte)':' or (byte)' ')
                offset += more;
            AddData(start + offset, end);
        }
        else if (TryReadField(line, "error"u8, out offset))
        {
            SetType("error"u8);
            AddData(start + offset, end);
        }
        else if (TryReadField(line, "event"u8, out offset))
            SetType(line[offset..]);
        else if (line.StartsWith(StatusComment) && Utf8Parser.TryParse(line[StatusComment.Length..], out int status, out _))
            _status = status;
    }

    private static bool TryReadField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out int valueOffset)
    {
        valueOffset = name.Length;
        if (!line.StartsWith(name))
            return false;
        if (line.Length == name.Length)
            return true;
        if (line[name.Length] != (byte)':')
            return false;
        valueOffset++;
        if (line.Length > valueOffset && line[valueOffset] == (byte)' ')
            valueOffset++;
        return true;
    }

    private static ReadOnlySpan<byte> StatusComment => ":HTTP_STATUS/"u8;

    /// <summary>Adds a line of data. The first line stays in place. Each further line is moved, so that it directly follows the data so far.</summary>
    private void AddData(int start, int end)
    {
        if (!_hasData)
        {
            _hasData = true;
            _dataStart = start;
            _dataEnd = end;
            return;
        }
        if (_dataEnd - _dataStart + 1 + end - start > _maximumEventBytes)
            throw TooLarge();
        _buffer[_dataEnd++] = (byte)'\n';
        _buffer.AsSpan(start, end - start).CopyTo(_buffer.AsSpan(_dataEnd));
        _dataEnd += end - start;
    }

    private void SetType(ReadOnlySpan<byte> value)
    {
        if (value.Length > _type.Length)
            _type = new byte[value.Length];
        value.CopyTo(_type);
        _typeLength = value.Length;
    }

    private bool IsWhole()
    {
        var data = _buffer.AsSpan(_dataStart, _dataEnd - _dataStart);
        return data.SequenceEqual("[DONE]"u8) || _extent.IsWhole(data);
    }

    /// <summary>Whether data at the end of a stream is incomplete JSON.</summary>
    private bool IsCutOff() => _dataEnd > _dataStart && _buffer[_dataStart] is (byte)'{' or (byte)'[' && !IsWhole();

    private bool Give(out ServerSentEvent serverEvent)
    {
        _given = true;
        serverEvent = new ServerSentEvent(_type.AsMemory(0, _typeLength), _buffer.AsMemory(_dataStart, _dataEnd - _dataStart), _status);
        return true;
    }

    private void Forget()
    {
        _given = _hasData = _isBare = false;
        _dataStart = _dataEnd = 0;
        _typeLength = 0;
        _status = null;
        _extent = default;
    }

    /// <summary>
    /// Moves the current event's data and the unread bytes to the front of the buffer. If they fill more than half of the buffer, its size is doubled.
    /// </summary>
    private void MakeSpace(int data, int live)
    {
        var from = _buffer;
        if (live > from.Length / 2)
            _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(from.Length * 2L, Array.MaxLength));
        from.AsSpan(_dataStart, data).CopyTo(_buffer);
        from.AsSpan(_line, _end - _line).CopyTo(_buffer.AsSpan(data));
        _dataStart = 0;
        _dataEnd = data;
        _searched = Math.Max(_searched - _line, 0) + data;
        _end = live;
        _line = data;
        if (from != _buffer)
            ArrayPool<byte>.Shared.Return(from);
    }

    private QwenException TooLarge() =>
        new(QwenErrorKind.ProtocolError, $"The service sent an event that exceeds the maximum of {_maximumEventBytes} bytes. Reading stopped.");
}
