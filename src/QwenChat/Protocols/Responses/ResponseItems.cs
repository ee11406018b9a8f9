using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Messages;

namespace QwenChat.Protocols.Responses;

/// <summary>Writes and reads the items of the Responses and Conversations APIs (wire §2.3).</summary>
internal static class ResponseItems
{
    /// <summary>Writes a message: thinking, text and tool calls are separate items.</summary>
    public static IReadOnlyList<QwenItem> Write(MessageDraft message, DateTimeOffset? createdAt)
    {
        message = SendableMessage.Of(message);
        if (message.Role == "tool")
            return [NewItem("function_call_output", null, createdAt, writer => WriteToolResult(writer, message))];
        var items = new List<QwenItem>(1);
        if (!string.IsNullOrEmpty(message.Thinking))
            items.Add(NewItem("reasoning", null, createdAt, writer => WriteThinking(writer, message.Thinking)));
        // An assistant message with only tool calls has no content, and an empty message is rejected.
        if (message.Parts.Any(part => part.Value.Length > 0) || message.ToolCalls.Count == 0)
            items.Add(NewItem("message", message.Role, createdAt, writer => WriteMessage(writer, message)));
        foreach (var call in message.ToolCalls)
            items.Add(NewItem("function_call", null, createdAt, writer => WriteCall(writer, call)));
        return items;
    }

    /// <summary>Creates an item from the deltas of an answer.</summary>
    public static QwenItem? OfPieces(StreamedItemKind kind, QwenToolCall? call, string text) => kind switch
    {
        StreamedItemKind.Message => NewItem("message", "assistant", null, writer => WriteMessage(writer, MessageDraft.OfText("assistant", text))),
        StreamedItemKind.Reasoning => NewItem("reasoning", null, null, writer => WriteThinking(writer, text)),
        StreamedItemKind.Call when call is not null => NewItem("function_call", null, null, writer => WriteCall(writer, call)),
        _ => null,
    };

    /// <summary>Reads an item as a message; returns null for items that are not messages, such as thinking and searches.</summary>
    public static MessageDraft? Read(QwenItem item)
    {
        var parts = new List<DraftPart>();
        string? callId = null, name = null, arguments = null;
        var json = item.Json.Span;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "content"u8))
                ContentParts.Read(ref reader, parts);
            else if (LenientJson.Is(ref reader, "output"u8) && item.Type == "function_call_output")
                ContentParts.Read(ref reader, parts);
            else if (LenientJson.Is(ref reader, "result"u8) && item.Type == "image_generation_call")
                AddImage(LenientJson.String(ref reader), parts);
            else if (LenientJson.Is(ref reader, "call_id"u8))
                callId = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "name"u8))
                name = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "arguments"u8))
                arguments = LenientJson.StringOrJson(ref reader, json);
            else
                LenientJson.SkipValue(ref reader);
        }
        return item.Type switch
        {
            "message" => item.Role is null ? null : new MessageDraft(item.Role, parts),
            "function_call" => new MessageDraft("assistant", []) { ToolCalls = [new QwenToolCall(callId ?? "", name ?? "", arguments ?? "")] },
            // An image also counts as an answer. If it were omitted, two user messages would be adjacent.
            "image_generation_call" => new MessageDraft("assistant", parts.Count > 0 ? parts : [DraftPart.OfText("[image]")]),
            "function_call_output" => new MessageDraft("tool", parts) { ToolCallId = callId },
            _ => null,
        };
    }

    /// <summary>Whether the arguments of a call are a string, as the API defines. Some servers send an object.</summary>
    public static bool HasTextArguments(QwenItem item)
    {
        var reader = new Utf8JsonReader(item.Frame.Span);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            bool isArguments = LenientJson.Is(ref reader, "arguments"u8);
            reader.Read();
            if (isArguments)
                return reader.TokenType == JsonTokenType.String;
            reader.Skip();
        }
        return false;
    }

    private static void AddImage(string? result, List<DraftPart> parts)
    {
        if (!string.IsNullOrEmpty(result))
            parts.Add(new DraftPart("image", result.Contains(':', StringComparison.Ordinal) ? result : "data:image/png;base64," + result));
    }

    private static QwenItem NewItem(string type, string? role, DateTimeOffset? createdAt, Action<Utf8JsonWriter> write)
    {
        byte[] json = JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            write(writer);
            writer.WriteEndObject();
        });
        return new QwenItem(json, LocalId.ForItem(), type, role) { CreatedAt = createdAt };
    }

    private static void WriteMessage(Utf8JsonWriter writer, MessageDraft message)
    {
        writer.WriteString("role", message.Role);
        writer.WriteStartArray("content");
        // This API does not support a video as a list of frames (wire §2.3), so the frames are sent as individual images.
        foreach (var part in message.Parts.SelectMany(part => part.Frames.Count == 0 ? [part] : part.Frames.Select(frame => new DraftPart("image", frame))))
        {
            writer.WriteStartObject();
            WritePart(writer, message.Role, part);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter writer, string role, DraftPart part)
    {
        switch (part.Kind)
        {
            case "text":
                writer.WriteString("type", role == "assistant" ? "output_text" : "input_text");
                writer.WriteString("text", part.Value);
                break;
            case "image":
                writer.WriteString("type", "input_image");
                writer.WriteString("image_url", part.Value);
                break;
            case "file":
                writer.WriteString("type", "input_file");
                writer.WriteString("file_url", part.Value);
                break;
            case "video":
                writer.WriteString("type", "input_video");
                writer.WriteString("video_url", part.Value);
                break;
            case "audio":
                writer.WriteString("type", "input_audio");
                if (AudioFormat.Of(part.Value) is { } format)
                    writer.WriteString("format", format);
                writer.WriteString(part.Value.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? "data" : "audio_url", part.Value);
                break;
            default:
                throw new QwenException(QwenErrorKind.MediaRefused, $"The Responses API does not accept a part of kind '{part.Kind}'.");
        }
    }

    private static void WriteThinking(Utf8JsonWriter writer, string thinking)
    {
        writer.WriteStartArray("summary");
        writer.WriteStartObject();
        writer.WriteString("type", "summary_text");
        writer.WriteString("text", thinking);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter writer, QwenToolCall call)
    {
        writer.WriteString("name", call.Name);
        writer.WriteString("arguments", call.Arguments);
        writer.WriteString("call_id", call.Id);
    }

    private static void WriteToolResult(Utf8JsonWriter writer, MessageDraft message)
    {
        writer.WriteString("call_id", message.ToolCallId);
        writer.WriteString("output", string.Concat(message.Parts.Where(part => part.Kind == "text").Select(part => part.Value)));
    }
}
