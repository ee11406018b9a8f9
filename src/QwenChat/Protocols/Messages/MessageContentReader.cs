using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>Reads the content of an assistant's message: a string, or parts with text, thinking, media or OCR results.</summary>
internal static class MessageContentReader
{
    /// <summary>
    /// Reads the value of the current property. Thinking is appended to <paramref name="thinking"/>; everything else is added to <paramref name="deltas"/>.
    /// </summary>
    /// <returns>True if there is text.</returns>
    public static bool Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref string? thinking, List<ChatDelta> deltas)
    {
        bool any = false;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return AddText(LenientJson.ReadText(ref reader), deltas);
        if (reader.TokenType == JsonTokenType.StartObject)
            return ReadPart(ref reader, json, ref thinking, deltas);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return any;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                any |= ReadPart(ref reader, json, ref thinking, deltas);
            else if (reader.TokenType == JsonTokenType.String)
                any |= AddText(LenientJson.ReadText(ref reader), deltas);
            else
                reader.Skip();
        }
        return any;
    }

    /// <summary>Reads the list of images that some servers return outside the content.</summary>
    public static void ReadImages(ref Utf8JsonReader reader, List<ChatDelta> deltas)
    {
        var parts = new List<DraftPart>();
        ContentParts.Read(ref reader, parts);
        AddMedia(parts, deltas);
    }

    public static bool AddText(string? text, List<ChatDelta> deltas)
    {
        if (string.IsNullOrEmpty(text))
            return false;
        deltas.Add(new ChatDelta(ChatDeltaKind.Text) { Text = text });
        return true;
    }

    private static bool ReadPart(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref string? thinking, List<ChatDelta> deltas)
    {
        bool isThinking = IsThinking(reader);
        bool any = false;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "thinking"u8) || (isThinking && LenientJson.Is(ref reader, "text"u8)))
                thinking += ReasoningText.Read(ref reader);
            else if (LenientJson.Is(ref reader, "text"u8) || LenientJson.Is(ref reader, "refusal"u8))
                any |= AddText(LenientJson.String(ref reader), deltas);
            else if (LenientJson.Is(ref reader, "ocr_result"u8))
                AddExtra("ocr_result", LenientJson.Raw(ref reader, json), deltas);
            else if (ContentParts.KindOfMedium(ref reader) is { } kind)
                AddMedia(ContentParts.ReadMedia(ref reader, kind), deltas);
            else
                LenientJson.SkipValue(ref reader);
        }
        return any;
    }

    /// <summary>Whether the type of a part marks it as thinking. The position of the reader does not change.</summary>
    private static bool IsThinking(Utf8JsonReader reader)
    {
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "type"u8))
                return LenientJson.String(ref reader) is "thinking" or "reasoning" or "reasoning_text" or "thought";
            LenientJson.SkipValue(ref reader);
        }
        return false;
    }

    private static void AddExtra(string type, ReadOnlySpan<byte> value, List<ChatDelta> deltas)
    {
        if (value.Length > 0 && value[0] is (byte)'{' or (byte)'[')
            deltas.Add(new ChatDelta(ChatDeltaKind.Extra) { Item = ExtraItem.Of(type, value) });
    }

    private static void AddMedia(IReadOnlyList<DraftPart> parts, List<ChatDelta> deltas)
    {
        foreach (var part in parts)
        {
            if (part.Kind != "text" && part.Value.Length > 0)
                deltas.Add(new ChatDelta(ChatDeltaKind.Medium) { Text = part.Value, Name = part.Kind });
        }
    }
}
