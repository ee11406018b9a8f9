using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads thinking in the formats of different servers: a string, a part, or a list of parts. The text of a part may be in any of several fields.
/// </summary>
internal static class ReasoningText
{
    /// <summary>Reads the value of the current property; returns an empty string if it contains no text.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ReadValue(ref reader);
    }

    private static string ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return LenientJson.ReadText(ref reader);
            case JsonTokenType.StartArray:
                string all = "";
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    all += ReadValue(ref reader);
                return all;
            case JsonTokenType.StartObject:
                return ReadPart(ref reader);
            default:
                reader.Skip();
                return "";
        }
    }

    /// <summary>Reads a part. If several fields contain text, only one of them is used.</summary>
    private static string ReadPart(ref Utf8JsonReader reader)
    {
        string text = "";
        while (LenientJson.NextProperty(ref reader))
        {
            bool isText = LenientJson.Is(ref reader, "text"u8) || LenientJson.Is(ref reader, "summary"u8) || LenientJson.Is(ref reader, "content"u8)
                || LenientJson.Is(ref reader, "thinking"u8) || LenientJson.Is(ref reader, "reasoning"u8);
            if (isText && text.Length == 0)
                text = Read(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
        return text;
    }
}
