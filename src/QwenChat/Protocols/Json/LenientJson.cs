using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace QwenChat.Protocols.Json;

/// <summary>
/// Reads JSON from external sources. Unknown fields and values of an unexpected type are skipped (wire §2.4, §2.6). Invalid JSON always causes a
/// <see cref="JsonException"/>.
/// </summary>
internal static class LenientJson
{
    /// <summary>Whether the current property has this name.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(ReadText(ref reader)).AsSpan().SequenceEqual(name) : reader.ValueSpan.SequenceEqual(name);

    public static bool StartsWith(ref Utf8JsonReader reader, ReadOnlySpan<byte> beginning) => !reader.ValueIsEscaped && reader.ValueSpan.StartsWith(beginning);

    /// <summary>Moves to the next property of an object.</summary>
    /// <returns>True if the reader is at the name of a property; false at the end of the object.</returns>
    public static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves to the value of the current property.</summary>
    /// <returns>True if the value is an object, with the reader at its start; false if the value was skipped.</returns>
    public static bool EnterObject(ref Utf8JsonReader reader) => Enter(ref reader, JsonTokenType.StartObject);

    /// <summary>Moves to the value of the current property.</summary>
    /// <returns>True if the value is an array, with the reader at its start; false if the value was skipped.</returns>
    public static bool EnterArray(ref Utf8JsonReader reader) => Enter(ref reader, JsonTokenType.StartArray);

    /// <summary>Moves to the next object of an array; other elements are skipped.</summary>
    /// <returns>True if the reader is at the start of an object; false at the end of the array.</returns>
    public static bool NextObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                return true;
            reader.Skip();
        }
        return false;
    }

    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Reads the value of the current property; returns null if the value is not a string.</summary>
    public static string? String(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return ReadText(ref reader);
        reader.Skip();
        return null;
    }

    /// <summary>Reads the value of the current property. Strings are returned as text, null as null, and other values as JSON.</summary>
    public static string? StringOrJson(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var value = Raw(ref reader, json);
        return value[0] switch
        {
            (byte)'"' => Text(value),
            (byte)'n' => null,
            _ => Encoding.UTF8.GetString(value),
        };
    }

    /// <summary>Reads the value of the current property as an integer; returns null if it is not a number, or is too large. A fraction is truncated.</summary>
    public static long? Int64(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out long number))
                return number;
            return reader.TryGetDouble(out double real) && Math.Abs(real) < 1e15 ? (long)real : null;
        }
        reader.Skip();
        return null;
    }

    /// <summary>
    /// Reads a Unix time in seconds, or in milliseconds as in the Conversations API (wire §3). Fractions are allowed. Returns null for other values.
    /// </summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        const double firstMilliseconds = 1e11; // the year 5138 in seconds, the year 1973 in milliseconds
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double time) && time is > 0 and < 1e14)
            return DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(time < firstMilliseconds ? time * 1000 : time));
        reader.Skip();
        return null;
    }

    /// <summary>Returns the bytes of the value of the current property.</summary>
    public static ReadOnlySpan<byte> Raw(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>Returns the text of a value's bytes; null if the value is not a string.</summary>
    public static string? Text(ReadOnlySpan<byte> value)
    {
        if (value.Length < 2 || value[0] != (byte)'"')
            return null;
        var inner = value[1..^1];
        return inner.Contains((byte)'\\') ? Unescape(inner) : Encoding.UTF8.GetString(inner);
    }

    /// <summary>
    /// Returns the text of the current string or name. Unlike <see cref="Utf8JsonReader.GetString"/>, this method accepts half of a surrogate pair, because a
    /// service may split an emoji between two chunks. Invalid UTF-8 becomes U+FFFD.
    /// </summary>
    public static string ReadText(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan);

    private static bool Enter(ref Utf8JsonReader reader, JsonTokenType start)
    {
        reader.Read();
        if (reader.TokenType == start)
            return true;
        reader.Skip();
        return false;
    }

    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        char[]? rented = null;
        var text = escaped.Length <= 256 ? stackalloc char[256] : (rented = ArrayPool<char>.Shared.Rent(escaped.Length));
        int length = 0;
        while (true)
        {
            int slash = escaped.IndexOf((byte)'\\');
            length += Encoding.UTF8.GetChars(slash < 0 ? escaped : escaped[..slash], text[length..]);
            if (slash < 0)
                break;
            byte kind = escaped[slash + 1];
            escaped = escaped[(slash + 2)..];
            text[length++] = kind switch
            {
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'u' => Utf8Parser.TryParse(escaped[..4], out ushort unit, out _, 'x') ? (char)unit : '\uFFFD',
                _ => (char)kind,
            };
            if (kind == (byte)'u')
                escaped = escaped[4..];
        }
        string result = new(text[..length]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return result;
    }
}
