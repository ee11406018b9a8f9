using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads the <c>content</c> of a message into parts, in the formats of all APIs: a string; parts with a <c>type</c>
/// (wire §2.3, §4.1); parts with a single key (wire §5.2).
/// </summary>
internal static class ContentParts
{
    /// <summary>Reads the value of the current property and adds its parts.</summary>
    public static void Read(ref Utf8JsonReader reader, List<DraftPart> parts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            parts.Add(DraftPart.OfText(LenientJson.ReadText(ref reader)));
            return;
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (LenientJson.NextObject(ref reader))
        {
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "filename"u8))
                    NameFile(LenientJson.String(ref reader), parts);
                else if ((IsText(ref reader) ? "text" : KindOfMedium(ref reader)) is { } kind)
                    ReadValue(ref reader, kind, parts);
                else
                    LenientJson.SkipValue(ref reader);
            }
        }
    }

    /// <summary>Reads the media in the value of the current property.</summary>
    public static IReadOnlyList<DraftPart> ReadMedia(ref Utf8JsonReader reader, string kind)
    {
        var parts = new List<DraftPart>();
        ReadValue(ref reader, kind, parts);
        return parts;
    }

    private static bool IsText(ref Utf8JsonReader reader) => LenientJson.Is(ref reader, "text"u8) || LenientJson.Is(ref reader, "refusal"u8);

    /// <summary>Returns the kind of media in the current property; null for other properties, such as <c>type</c> and <c>fps</c>.</summary>
    public static string? KindOfMedium(ref Utf8JsonReader reader)
    {
        if (LenientJson.Is(ref reader, "image_url"u8) || LenientJson.Is(ref reader, "image"u8))
            return "image";
        if (LenientJson.Is(ref reader, "video_url"u8) || LenientJson.Is(ref reader, "video"u8))
            return "video";
        if (LenientJson.Is(ref reader, "audio_url"u8) || LenientJson.Is(ref reader, "audio"u8) || LenientJson.Is(ref reader, "input_audio"u8)
            || LenientJson.Is(ref reader, "data"u8))
            return "audio";
        return LenientJson.Is(ref reader, "file_url"u8) || LenientJson.Is(ref reader, "file_data"u8) || LenientJson.Is(ref reader, "file"u8) ? "file" : null;
    }

    /// <summary>Adds a file name to the last part, if that part is a file.</summary>
    private static void NameFile(string? name, List<DraftPart> parts)
    {
        if (name is not null && parts is [.., { Kind: "file", FileName: null } file])
            parts[^1] = file with { FileName = name };
    }

    private static void ReadValue(ref Utf8JsonReader reader, string kind, List<DraftPart> parts)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                parts.Add(new DraftPart(kind, LenientJson.ReadText(ref reader)));
                break;
            case JsonTokenType.StartObject: // {"url":…}, {"data":…,"format":…}
                string? name = null;
                while (LenientJson.NextProperty(ref reader))
                {
                    bool isAddress = LenientJson.Is(ref reader, "url"u8) || LenientJson.Is(ref reader, "data"u8)
                        || LenientJson.Is(ref reader, "file_url"u8) || LenientJson.Is(ref reader, "file_data"u8);
                    bool isName = LenientJson.Is(ref reader, "filename"u8);
                    string? value = LenientJson.String(ref reader);
                    name = isName ? value : name;
                    if (value is not null && isAddress)
                        parts.Add(new DraftPart(kind, value));
                }
                NameFile(name, parts);
                break;
            case JsonTokenType.StartArray: // a video as a list of frames (wire §6.2)
                var frames = new List<string>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType == JsonTokenType.String)
                        frames.Add(LenientJson.ReadText(ref reader));
                    reader.Skip();
                }
                if (frames.Count > 0)
                    parts.Add(kind == "video" ? DraftPart.OfFrames(frames) : new DraftPart(kind, frames[0]));
                break;
        }
    }
}
