namespace QwenChat.Protocols.Json;

/// <summary>
/// Detects whether a growing buffer is a complete JSON object. Each byte is examined once. Only braces and strings are examined, because the reader of the
/// object validates the rest.
/// </summary>
internal struct JsonExtent
{
    private int _at;
    private int _depth;
    private bool _inString;
    private bool _closed;

    /// <summary>Whether the bytes are one complete object with nothing after it.</summary>
    /// <param name="data">The bytes of the previous call, with any new bytes appended.</param>
    public bool IsWhole(ReadOnlySpan<byte> data)
    {
        return IsClosed(data) && data.TrimStart(Blanks)[_at..].Trim(Blanks).IsEmpty;
    }

    /// <summary>Whether the bytes begin with a complete object, whatever follows it.</summary>
    /// <param name="data">The bytes of the previous call, with any new bytes appended.</param>
    public bool IsClosed(ReadOnlySpan<byte> data)
    {
        data = data.TrimStart(Blanks);
        if (data.IsEmpty || data[0] != (byte)'{')
            return false;
        Scan(data);
        return _closed;
    }

    /// <summary>Returns the length of the object at the start of the bytes; -1 if there is no object, or if the object is incomplete.</summary>
    public static int LengthOf(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[0] != (byte)'{')
            return -1;
        var extent = default(JsonExtent);
        extent.Scan(data);
        return extent._closed ? extent._at : -1;
    }

    /// <summary>Whether the bytes are an incomplete object.</summary>
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
