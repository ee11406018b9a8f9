using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads an assistant's message, or the piece of one that a chunk brings, as Chat Completions and the native protocol have it (qwen-api
/// §4.3, §5.4, §6.5): thinking, content as a string or as parts, audio, tool calls.
/// </summary>
internal static class ChatMessageReader
{
    /// <summary>Reads the value of the property the reader stands on.</summary>
    public static void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ToolCallNumbers calls, List<ChatDelta> deltas)
    {
        if (!LenientJson.EnterObject(ref reader))
            return;
        int first = deltas.Count;
        string? thinking = null, otherThinking = null, transcript = null;
        bool hasText = false;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "content"u8))
                hasText |= ReadContent(ref reader, deltas);
            else if (LenientJson.Is(ref reader, "reasoning_content"u8))
                thinking = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "reasoning"u8)) // other servers' name for it; some send both
                otherThinking = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "refusal"u8))
                hasText |= AddText(LenientJson.String(ref reader), deltas);
            else if (LenientJson.Is(ref reader, "audio"u8))
                transcript = ReadAudio(ref reader, deltas);
            else if (LenientJson.Is(ref reader, "tool_calls"u8))
                ReadToolCalls(ref reader, json, calls, deltas);
            else
                LenientJson.SkipValue(ref reader);
        }
        if (!hasText)
            AddText(transcript, deltas);
        // A message may name its thinking behind its content; it was thought before.
        if ((string.IsNullOrEmpty(thinking) ? otherThinking : thinking) is { Length: > 0 } thought)
            deltas.Insert(first, new ChatDelta(ChatDeltaKind.Thinking) { Text = thought });
    }

    private static bool AddText(string? text, List<ChatDelta> deltas)
    {
        if (string.IsNullOrEmpty(text))
            return false;
        deltas.Add(new ChatDelta(ChatDeltaKind.Text) { Text = text });
        return true;
    }

    private static bool ReadContent(ref Utf8JsonReader reader, List<ChatDelta> deltas)
    {
        bool any = false;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return AddText(LenientJson.ReadText(ref reader), deltas);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return any;
        }
        while (LenientJson.NextObject(ref reader))
        {
            while (LenientJson.NextProperty(ref reader))
            {
                if (LenientJson.Is(ref reader, "text"u8))
                    any |= AddText(LenientJson.String(ref reader), deltas);
                else
                    LenientJson.SkipValue(ref reader);
            }
        }
        return any;
    }

    /// <summary>Reads a piece of audio. Older Omni models say the text here, not as content; it is returned.</summary>
    private static string? ReadAudio(ref Utf8JsonReader reader, List<ChatDelta> deltas)
    {
        string? transcript = null;
        if (!LenientJson.EnterObject(ref reader))
            return transcript;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "transcript"u8))
                transcript = LenientJson.String(ref reader);
            else if (!LenientJson.Is(ref reader, "data"u8))
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.String(ref reader) is { Length: > 0 } data)
                deltas.Add(new ChatDelta(ChatDeltaKind.Audio) { Text = data });
        }
        return transcript;
    }

    private static void ReadToolCalls(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ToolCallNumbers calls, List<ChatDelta> deltas)
    {
        if (!LenientJson.EnterArray(ref reader))
            return;
        while (LenientJson.NextObject(ref reader))
        {
            var piece = ToolCallPiece.Read(ref reader, json);
            deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = calls.Of(piece), Id = piece.Id, Name = piece.Name, Text = piece.Arguments });
        }
    }
}
