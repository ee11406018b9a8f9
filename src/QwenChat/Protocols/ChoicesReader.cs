using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads <c>choices</c>, as Chat Completions and the native protocol have them (qwen-api §4.3, §5.4): a chunk has a <c>delta</c>, a
/// whole answer and every native event a <c>message</c>.
/// </summary>
internal static class ChoicesReader
{
    /// <summary>Reads the value of the property the reader stands on; of several choices (<c>n</c> above 1) only the first is the answer.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="json">What it reads.</param>
    /// <param name="calls">The numbers of the answer's tool calls.</param>
    /// <param name="deltas">Takes what the choice says.</param>
    /// <param name="finishReason">Set when the choice has one. The native protocol says <c>"null"</c>, a string, for none.</param>
    /// <returns>False when there is no choice.</returns>
    public static bool Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ToolCallNumbers calls, List<ChatDelta> deltas, ref string? finishReason)
    {
        bool any = false;
        if (!LenientJson.EnterArray(ref reader))
            return any;
        while (LenientJson.NextObject(ref reader))
        {
            any = true;
            ReadChoice(ref reader, json, calls, deltas, ref finishReason);
        }
        return any;
    }

    /// <summary>Reads a finish reason; null for none.</summary>
    public static string? FinishReason(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0 && !reader.ValueSpan.SequenceEqual("null"u8))
            return LenientJson.ReadText(ref reader);
        reader.Skip();
        return null;
    }

    /// <summary>The end of an answer. Without a reason the service ran out of time and gave what it had (qwen-api §1.5).</summary>
    public static ChatDelta Finished(string? finishReason) => new(ChatDeltaKind.Finished)
    {
        Text = finishReason,
        State = finishReason is null or "length" or "content_filter" ? QwenReplyState.Incomplete : QwenReplyState.Completed,
    };

    private static void ReadChoice(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ToolCallNumbers calls, List<ChatDelta> deltas, ref string? finishReason)
    {
        long index = 0;
        string? reason = null;
        int first = deltas.Count;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "delta"u8) || LenientJson.Is(ref reader, "message"u8))
                ChatMessageReader.Read(ref reader, json, calls, deltas);
            else if (LenientJson.Is(ref reader, "index"u8))
                index = LenientJson.Int64(ref reader) ?? 0;
            else if (LenientJson.Is(ref reader, "finish_reason"u8))
                reason = FinishReason(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
        if (index != 0)
            deltas.RemoveRange(first, deltas.Count - first);
        else
            finishReason = reason ?? finishReason;
    }
}
