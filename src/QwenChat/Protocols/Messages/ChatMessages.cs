using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// Reads and writes the messages of Chat Completions and the native protocol (wire §4.1, §5.2): roles, tool calls, and thinking in a field of the
/// assistant's message. The two APIs differ only in the format of the content.
/// </summary>
/// <remarks>
/// Thinking is kept as a separate item, <c>{"reasoning_content":"…"}</c>, directly before the assistant's message. A request that includes thinking joins the
/// bytes of the two objects without parsing them.
/// </remarks>
internal static class ChatMessages
{
    /// <summary>Writes a message. <paramref name="writeContent"/> writes its content in the format of the API.</summary>
    public static IReadOnlyList<QwenItem> Write(MessageDraft message, DateTimeOffset createdAt,
        Action<Utf8JsonWriter, string, IReadOnlyList<DraftPart>> writeContent)
    {
        message = SendableMessage.Of(message);
        string role = message.Role == "developer" ? "system" : message.Role;
        byte[] json = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("role", role);
            if (role == "tool")
                writer.WriteString("tool_call_id", message.ToolCallId);
            writer.WritePropertyName("content");
            writeContent(writer, role, message.Parts);
            if (message.ToolCalls.Count > 0)
                WriteToolCalls(writer, message.ToolCalls);
            writer.WriteEndObject();
        });
        var item = NewItem(json, role == "tool" ? "function_call_output" : "message", role, createdAt);
        return string.IsNullOrEmpty(message.Thinking) ? [item] : [NewThinking(message.Thinking, createdAt), item];
    }

    /// <summary>
    /// Returns the items of an answer. An answer without content or calls has no message, because the service rejects empty messages in a history (wire §5.5).
    /// </summary>
    public static IReadOnlyList<QwenItem> WriteAnswer(ReplyBuilder answer, DateTimeOffset createdAt,
        Action<Utf8JsonWriter, string, IReadOnlyList<DraftPart>> writeContent)
    {
        string thinking = answer.Thinking, text = answer.Text;
        var calls = answer.WholeCalls;
        DraftPart[] parts = [.. text.Length == 0 ? Array.Empty<DraftPart>() : [DraftPart.OfText(text)], .. answer.Media];
        var extras = answer.Extras.Select(extra => extra.With(createdAt: createdAt));
        if (parts.Length == 0 && calls.Count == 0)
            return [.. thinking.Length == 0 ? Array.Empty<QwenItem>() : [NewThinking(thinking, createdAt)], .. extras];
        return [.. Write(new MessageDraft("assistant", parts) { Thinking = thinking, ToolCalls = calls }, createdAt, writeContent), .. extras];
    }

    /// <summary>Reads a message; returns null for thinking, which belongs to the message after it.</summary>
    public static MessageDraft? Read(QwenItem item)
    {
        if (!item.IsAlwaysSent)
            return null;
        var parts = new List<DraftPart>();
        var calls = new List<QwenToolCall>();
        string? role = null, callId = null, thinking = null;
        var reader = new Utf8JsonReader(item.Json.Span);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "role"u8))
                role = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "content"u8))
                ContentParts.Read(ref reader, parts);
            else if (LenientJson.Is(ref reader, "tool_call_id"u8))
                callId = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "reasoning_content"u8))
                thinking = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "tool_calls"u8))
                ReadToolCalls(ref reader, item.Json.Span, calls);
            else if (LenientJson.Is(ref reader, "function_call"u8))
                ReadFunctionCall(ref reader, item.Json.Span, calls);
            else
                LenientJson.SkipValue(ref reader);
        }
        return role is null ? null : new MessageDraft(role, parts) { ToolCallId = callId, ToolCalls = calls, Thinking = thinking };
    }

    /// <summary>Returns the bytes of the history and the input, separated by commas. No bytes are copied.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isFirst">True if no message precedes the history and the input.</param>
    /// <param name="sendThinking">Whether thinking is included in the assistant's message.</param>
    /// <param name="adapt">Converts a message to the format that this request needs; null if there is only one format.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ChatRequest request, bool isFirst, bool sendThinking, Func<QwenItem, QwenItem>? adapt = null)
    {
        QwenItem? thinking = null;
        foreach (var item in RequestItems.Of(request))
        {
            if (item.Type == "reasoning")
                thinking = item;
            if (!item.IsAlwaysSent)
                continue;
            if (!isFirst)
                yield return RequestItems.Comma;
            isFirst = false;
            var sent = adapt is null ? item : adapt(item);
            // No enumerator is created for a message of one piece, because the allocations would grow with the history.
            var end = sent.IsOnePiece ? sent.Json : default;
            if (!sent.IsOnePiece)
            {
                foreach (var piece in sent.Pieces)
                {
                    if (!end.IsEmpty)
                        yield return end;
                    end = piece;
                }
            }
            if (request.Marks?.Has(item) == true)
            {
                yield return end[..^MarkedMessages.TailLength];
                yield return MarkedMessages.Marker;
                end = end[^MarkedMessages.TailLength..];
            }
            if (thinking is not null && sendThinking && item.Role == "assistant" && sent.JsonLength > 2)
            {
                yield return end[..^1];
                yield return RequestItems.Comma;
                end = thinking.Json[1..];
            }
            yield return end;
            thinking = null;
        }
    }

    /// <summary>Writes a document as a URL, or as content with the file name that the service requires (wire §17).</summary>
    public static void WriteFile(Utf8JsonWriter writer, DraftPart part)
    {
        if (!part.Value.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            writer.WriteString("file_url", part.Value);
            return;
        }
        writer.WriteString("file_data", part.Value);
        writer.WriteString("filename", part.FileName ?? "document.pdf");
    }

    private static QwenItem NewThinking(string thinking, DateTimeOffset createdAt) => NewItem(
        JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("reasoning_content", thinking);
            writer.WriteEndObject();
        }), "reasoning", null, createdAt);

    private static QwenItem NewItem(byte[] json, string type, string? role, DateTimeOffset createdAt) =>
        new(json, LocalId.ForItem(), type, role) { CreatedAt = createdAt };

    private static void WriteToolCalls(Utf8JsonWriter writer, IReadOnlyList<QwenToolCall> calls)
    {
        writer.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            writer.WriteStartObject();
            writer.WriteString("id", call.Id);
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", call.Name);
            writer.WriteString("arguments", call.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Reads <c>function_call</c>, the older format of a single call, which old transcripts contain.</summary>
    private static void ReadFunctionCall(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<QwenToolCall> calls)
    {
        if (!LenientJson.EnterObject(ref reader))
            return;
        var call = ToolCallPiece.ReadFunction(ref reader, json, default);
        calls.Add(new QwenToolCall("", call.Name ?? "", call.Arguments ?? ""));
    }

    private static void ReadToolCalls(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<QwenToolCall> calls)
    {
        if (!LenientJson.EnterArray(ref reader))
            return;
        while (LenientJson.NextObject(ref reader))
        {
            var call = ToolCallPiece.Read(ref reader, json);
            calls.Add(new QwenToolCall(call.Id ?? "", call.Name ?? "", call.Arguments ?? ""));
        }
    }
}
