using System.Text;
using System.Text.Json;

namespace QwenChat.Streaming;

/// <summary>Repairs the arguments that a model wrote for a tool call. Servers reject every later request that contains invalid arguments.</summary>
internal static class ToolArguments
{
    public const string None = "{}";

    /// <summary>Returns the arguments as one JSON object; null if the arguments are truncated or are not a JSON object.</summary>
    public static string? Fit(string? arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
            return None;
        byte[] json = Encoding.UTF8.GetBytes(arguments);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    return None;
                case JsonTokenType.String: // a string that contains JSON
                    return reader.GetString() is { Length: > 0 } inner && inner.TrimStart().StartsWith('{') ? Fit(inner) : null;
                case JsonTokenType.StartObject:
                    reader.Skip();
                    break;
                default:
                    return null;
            }
            // Models sometimes write one closing brace too many (wire §14.2).
            var rest = json.AsSpan((int)reader.BytesConsumed);
            if (rest.IndexOfAnyExcept(" \t\r\n}"u8) >= 0)
                return null;
            return rest.Contains((byte)'}') ? Encoding.UTF8.GetString(json.AsSpan(0, (int)reader.BytesConsumed)) : arguments;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
