using System.Text;
using System.Text.Json;
using QwenChat.Text;

namespace QwenChat.Protocols;

/// <summary>Formats a request body for display. The body is unchanged, except that the base64 data of files is truncated.</summary>
internal static class BodyText
{
    private const int MinimumTruncatedLength = 256;
    private const int ShownBytes = 24;

    public static string Of(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder(body.Length);
        int copied = 0;
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length < MinimumTruncatedLength || Base64Start(reader.ValueSpan) is not { } start)
                continue;
            int from = (int)reader.TokenStartIndex + 1 + start;
            int end = (int)reader.BytesConsumed - 1;
            if (end - from <= ShownBytes)
                continue;
            text.Append(Encoding.UTF8.GetString(body[copied..(from + ShownBytes)]));
            text.Append("… ").Append(Quantity.Of(end - from, "byte"));
            copied = end;
        }
        return text.Append(Encoding.UTF8.GetString(body[copied..])).ToString();
    }

    /// <summary>Returns the index of the first base64 byte, after the data URL prefix if there is one; null if the value is not base64.</summary>
    private static int? Base64Start(ReadOnlySpan<byte> value)
    {
        int start = value.StartsWith("data:"u8) ? value[..MinimumTruncatedLength].IndexOf((byte)',') + 1 : 0;
        foreach (byte b in value[start..])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'/' or (byte)'=' or (byte)'\\' or (byte)'-' or (byte)'_'))
                return null;
        }
        return start;
    }
}
