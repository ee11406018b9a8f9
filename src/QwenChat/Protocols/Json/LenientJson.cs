using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace QwenChat.Protocols.Json;

/// <summary>
/// Reads JSON that others wrote. A value of another type than expected is skipped, not an error: the service leaves out fields, sets
/// them to null and adds new ones (qwen-api §2.4, §2.6). Only what is no JSON at all throws, and then always
/// <see cref="JsonException"/>.
/// </summary>
internal static class LenientJson
{
    /// <summary>True when the property the reader stands on has this name.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(ReadText(ref reader)).AsSpan().SequenceEqual(name) : reader.ValueSpan.SequenceEqual(name);

    /// <summary>True when the name of the property the reader stands on begins so.</summary>
    public static bool StartsWith(ref Utf8JsonReader reader, ReadOnlySpan<byte> beginning) => !reader.ValueIsEscaped && reader.ValueSpan.StartsWith(beginning);

    /// <summary>Moves into a property's value.</summary>
    /// <returns>True when the reader stands on a property's value; false at the object's end.</returns>
    public static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves onto the value of the property the reader stands on.</summary>
    /// <returns>True when it is an object, and the reader stands at its start; else the value was skipped.</returns>
    public static bool EnterObject(ref Utf8JsonReader reader) => Enter(ref reader, JsonTokenType.StartObject);

    /// <summary>Moves onto the value of the property the reader stands on.</summary>
    /// <returns>True when it is an array, and the reader stands at its start; else the value was skipped.</returns>
    public static bool EnterArray(ref Utf8JsonReader reader) => Enter(ref reader, JsonTokenType.StartArray);

    /// <summary>Moves to the next object of an array; what else stands there is skipped.</summary>
    /// <returns>True when the reader stands at an object's start; false at the array's end.</returns>
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

    /// <summary>Skips the value of the property the reader stands on.</summary>
    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Reads the value of the property the reader stands on; null for what is no string.</summary>
    public static string? String(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return ReadText(ref reader);
        reader.Skip();
        return null;
    }

    /// <summary>As <see cref="String"/>, and numbers as they are written, objects and arrays as their JSON.</summary>
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

    /// <summary>Reads the value of the property the reader stands on; null for what is no whole number.</summary>
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
    /// Reads a point in time: seconds, or milliseconds as the Conversations API has them (qwen-api §3), whole or with a fraction. Null
    /// for what is none.
    /// </summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        const double firstMilliseconds = 1e11; // as seconds the year 5138, as milliseconds 1973
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double time) && time is > 0 and < 1e14)
            return DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(time < firstMilliseconds ? time * 1000 : time));
        reader.Skip();
        return null;
    }

    /// <summary>The bytes of the value of the property the reader stands on.</summary>
    public static ReadOnlySpan<byte> Raw(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>The text of a value's bytes; null for what is no string.</summary>
    public static string? Text(ReadOnlySpan<byte> value)
    {
        if (value.Length < 2 || value[0] != (byte)'"')
            return null;
        var inner = value[1..^1];
        return inner.Contains((byte)'\\') ? Unescape(inner) : Encoding.UTF8.GetString(inner);
    }

    /// <summary>
    /// The text of the string or the name the reader stands on. Unlike <see cref="Utf8JsonReader.GetString"/> it takes half a surrogate
    /// pair (a service may cut an emoji in two pieces, and put together they are whole again) and bytes that are no UTF-8 (U+FFFD).
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
