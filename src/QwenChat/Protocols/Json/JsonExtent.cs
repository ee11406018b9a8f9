namespace QwenChat.Protocols.Json;

/// <summary>
/// Tells whether bytes that grow at their end are a whole JSON object by now. Looks at every byte once, however often it is asked,
/// and only at braces and strings: whether the object is sound is for its reader to say.
/// </summary>
internal struct JsonExtent
{
    private int _at;
    private int _depth;
    private bool _inString;
    private bool _closed;

    /// <summary>True when the bytes are one object, closed at their end.</summary>
    /// <param name="data">The bytes of the call before, and what was added behind them.</param>
    public bool IsWhole(ReadOnlySpan<byte> data)
    {
        return IsClosed(data) && data.TrimStart(Blanks)[_at..].Trim(Blanks).IsEmpty;
    }

    /// <summary>Whether the bytes begin with an object that is closed by now, whatever follows it.</summary>
    /// <param name="data">The bytes of the call before, and what was added behind them.</param>
    public bool IsClosed(ReadOnlySpan<byte> data)
    {
        data = data.TrimStart(Blanks);
        if (data.IsEmpty || data[0] != (byte)'{')
            return false;
        Scan(data);
        return _closed;
    }

    /// <summary>The length of the object that the bytes begin with; -1 when they begin with none, or do not close it.</summary>
    /// <param name="data">All the bytes there are.</param>
    public static int LengthOf(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[0] != (byte)'{')
            return -1;
        var extent = default(JsonExtent);
        extent.Scan(data);
        return extent._closed ? extent._at : -1;
    }

    /// <summary>True when the bytes begin an object and do not close it.</summary>
    /// <param name="data">All the bytes there are.</param>
    public static bool IsOpen(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[0] != (byte)'{')
            return false;
        var extent = default(JsonExtent);
        extent.Scan(data);
        return !extent._closed;
    }

    private void Scan(ReadOnlySpan<byte> data)
    {
        while (_at < data.Length && !_closed)
        {
            var rest = data[_at..];
            int found = _inString ? rest.IndexOfAny((byte)'"', (byte)'\\') : rest.IndexOfAny((byte)'"', (byte)'{', (byte)'}');
            if (found < 0)
            {
                _at = data.Length;
                break;
            }
            _at += found + 1;
            switch (rest[found])
            {
                case (byte)'"':
                    _inString = !_inString;
                    break;
                case (byte)'\\':
                    _at++;
                    break;
                case (byte)'{':
                    _depth++;
                    break;
                default:
                    _closed = --_depth == 0;
                    break;
            }
        }
    }

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;
}
