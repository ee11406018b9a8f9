using System.Text.Json;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols;

/// <summary>Creates items for additional fields of an answer. The items are kept and shown, but never sent (<see cref="QwenItem.IsForDisplay"/>).</summary>
internal static class ExtraItem
{
    /// <summary>Creates an item from one field of the answer. The name of the field is also the type of the item.</summary>
    public static QwenItem Of(string type, ReadOnlySpan<byte> value)
    {
        byte[] rewritten = JsonBytes.Rewrite(value);
        return NewItem(type, writer =>
        {
            writer.WritePropertyName(type);
            writer.WriteRawValue(rewritten, skipInputValidation: true);
        });
    }

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
        }), LocalId.ForItem(), type, null);
}
