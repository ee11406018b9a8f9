using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// Reads an assistant's message, or the delta of a message, in the format of Chat Completions and the native protocol (wire §4.3, §5.4, §6.5):
/// thinking, content as a string or as parts, audio, images, and tool calls.
/// </summary>
internal static class ChatMessageReader
{
    /// <summary>Reads the value of the current property.</summary>
    public static void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ToolCallNumbers calls, List<ChatDelta> deltas)
    {
        if (!LenientJson.EnterObject(ref reader))
            return;
        int first = deltas.Count;
        var thinking = default(Thoughts);
        string? transcript = null;
        bool hasText = false;
        calls.BeginMessage();
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "content"u8))
                hasText |= MessageContentReader.Read(ref reader, json, ref thinking.InContent, deltas);
            else if (LenientJson.Is(ref reader, "reasoning_content"u8))
                thinking.Content = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "reasoning"u8) || LenientJson.Is(ref reader, "thinking"u8) || LenientJson.Is(ref reader, "reasoning_text"u8))
                thinking.TakeOther(ReasoningText.Read(ref reader));
            else if (LenientJson.Is(ref reader, "reasoning_details"u8))
                thinking.Details = ReasoningText.Read(ref reader);
            else if (LenientJson.Is(ref reader, "refusal"u8))
                hasText |= MessageContentReader.AddText(LenientJson.String(ref reader), deltas);
            else if (LenientJson.Is(ref reader, "audio"u8))
                transcript = ReadAudio(ref reader, deltas);
            else if (LenientJson.Is(ref reader, "images"u8))
                MessageContentReader.ReadImages(ref reader, deltas);
            else if (LenientJson.Is(ref reader, "tool_calls"u8))
                ReadToolCalls(ref reader, json, calls, deltas);
            else if (!LenientJson.Is(ref reader, "function_call"u8)) // the older form of a single call
                LenientJson.SkipValue(ref reader);
            else if (LenientJson.EnterObject(ref reader))
                AddCall(ToolCallPiece.ReadFunction(ref reader, json, default), calls, deltas);
        }
        if (!hasText)
            MessageContentReader.AddText(transcript, deltas);
        // A message may contain its thinking after its content; the thinking is always reported first.
        if (thinking.Text is { Length: > 0 } thought)
            deltas.Insert(first, new ChatDelta(ChatDeltaKind.Thinking) { Text = thought });
    }

    /// <summary>Reads an audio chunk. Returns its text, which older Omni models send with the audio instead of in the content.</summary>
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
            AddCall(ToolCallPiece.Read(ref reader, json), calls, deltas);
    }

    private static void AddCall(in ToolCallPiece piece, ToolCallNumbers calls, List<ChatDelta> deltas)
    {
        int number = calls.Of(piece, out bool takesId);
        deltas.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = number, Id = takesId ? piece.Id : null, Name = piece.Name, Text = piece.Arguments });
    }

    /// <summary>The thinking in a message, from the fields that servers use for it. Several fields may contain the same text.</summary>
    private struct Thoughts
    {
        public string? Content, Details, InContent;
        private string? _other;

        public readonly string? Text =>
            Content is { Length: > 0 } ? Content : _other is { Length: > 0 } ? _other : Details is { Length: > 0 } ? Details : InContent;

        public void TakeOther(string text) => _other = string.IsNullOrEmpty(_other) ? text : _other;
    }
}
