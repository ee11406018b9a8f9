using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace QwenChat.Protocols.Json;

/// <summary>Writes JSON for requests: compact UTF-8, without escaped non-ASCII characters, and with U+FFFD in place of half a surrogate pair.</summary>
internal static class JsonBytes
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The maximum size of a buffer that is kept for the next value.</summary>
    private const int LargestKept = 64 * 1024;

    // A reusable buffer, because a turn writes about ten values. Null during the action of Write, because the action may itself call Write.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <summary>Returns the bytes that an action writes; they need not be a complete value.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = TakeBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return GiveBack(buffer);
    }

    /// <summary>
    /// Rewrites a value from an external source without white space. Invalid UTF-8 and unpaired surrogates are replaced, because other readers reject them.
    /// </summary>
    /// <exception cref="JsonException">The value is not JSON.</exception>
    public static byte[] Rewrite(ReadOnlySpan<byte> value)
    {
        var buffer = TakeBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Copy(writer, value);
        return GiveBack(buffer);
    }

    private static ArrayBufferWriter<byte> TakeBuffer()
    {
        var buffer = t_buffer ?? new ArrayBufferWriter<byte>(1024);
        t_buffer = null;
        buffer.ResetWrittenCount();
        return buffer;
    }

    private static byte[] GiveBack(ArrayBufferWriter<byte> buffer)
    {
        byte[] written = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= LargestKept)
            t_buffer = buffer;
        return written;
    }

    /// <summary>Writes a value from an external source, in the form that <see cref="Rewrite"/> returns.</summary>
    public static void Copy(Utf8JsonWriter writer, JsonElement value) => Copy(writer, Encoding.UTF8.GetBytes(value.GetRawText()));

    private static void Copy(Utf8JsonWriter writer, ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(LenientJson.ReadText(ref reader));
                    break;
                case JsonTokenType.String when !reader.ValueIsEscaped && Utf8.IsValid(reader.ValueSpan):
                    writer.WriteStringValue(reader.ValueSpan);
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(LenientJson.ReadText(ref reader));
                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }
        }
    }
}
