using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols;

/// <summary>Items for what comes beside an answer's message: they are kept and shown, and never sent back (<see cref="QwenItem.IsForDisplay"/>).</summary>
internal static class ExtraItem
{
    /// <summary>An item that holds one field of the answer.</summary>
    /// <param name="type">The field's name, and the item's type.</param>
    /// <param name="value">The field's value as JSON.</param>
    public static QwenItem Of(string type, ReadOnlySpan<byte> value)
    {
        byte[] rewritten = JsonBytes.Rewrite(value);
        return NewItem(type, writer =>
        {
            writer.WritePropertyName(type);
            writer.WriteRawValue(rewritten, skipInputValidation: true);
        });
    }

    /// <summary>A further choice.</summary>
    public static QwenItem Choice(long index, ReplyBuilder answer, string? finishReason) => NewItem("choice", writer =>
    {
        writer.WriteNumber("index", index);
        writer.WriteString("content", answer.Text);
        if (answer.Thinking.Length > 0)
            writer.WriteString("thinking", answer.Thinking);
        if (answer.ToolCalls.Count > 0)
        {
            writer.WriteStartArray("tool_calls");
            foreach (var call in answer.ToolCalls)
            {
                writer.WriteStartObject();
                writer.WriteString("id", call.Id);
                writer.WriteString("name", call.Name);
                writer.WriteString("arguments", call.Arguments);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteString("finish_reason", finishReason);
    });

    private static QwenItem NewItem(string type, Action<Utf8JsonWriter> write) => new(
        JsonBytes.Write(writer =>
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }), QwenItem.NewLocalId(), type, null);
}
