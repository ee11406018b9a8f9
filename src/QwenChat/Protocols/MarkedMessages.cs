using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>
/// The messages of a request that have a marker for the explicit cache (wire §9). All content of a marked request is written as arrays, so that two requests
/// differ only in their markers.
/// </summary>
/// <param name="Instructions">Whether the system prompt is marked.</param>
/// <param name="Items">The marked messages; all of them allow a marker (<see cref="CanMark"/>).</param>
internal sealed record MarkedMessages(bool Instructions, IReadOnlyList<QwenItem> Items)
{
    /// <summary>The number of bytes in a message after its cache marker: <c>}]}</c>.</summary>
    public const int TailLength = 3;

    /// <summary>The cache marker: an additional field in the last part of a message.</summary>
    public static ReadOnlyMemory<byte> Marker { get; } = ",\"cache_control\":{\"type\":\"ephemeral\"}"u8.ToArray();

    public bool Any => Instructions || Items.Count > 0;

    public bool Has(QwenItem item)
    {
        foreach (var marked in Items)
        {
            if (ReferenceEquals(marked, item))
                return true;
        }
        return false;
    }

    /// <summary>Whether the last part of the item allows a cache marker.</summary>
    public static bool CanMark(QwenItem item) => item.Type is "message" or "function_call_output" && ContentOf(item, out int end) == JsonTokenType.StartArray
        && end == item.Frame.Length - 1 && item.Frame.Span[^TailLength..].SequenceEqual("}]}"u8);

    /// <summary>Returns the message with its text in an array of parts. The message is unchanged unless its content is a nonempty string.</summary>
    public static QwenItem InParts(QwenItem item)
    {
        if (item.Type is not ("message" or "function_call_output") || ContentOf(item, out int end) != JsonTokenType.String)
            return item;
        var json = item.Json.Span;
        int start = json[..end].IndexOf("\"content\":"u8) + "\"content\":".Length;
        // An empty string is not converted to a part, because the service rejects empty parts (wire §5.5).
        if (end - start <= 2)
            return item;
        byte[] parts = [.. json[..start], .. "[{\"type\":\"text\",\"text\":"u8, .. json[start..end], .. "}]"u8, .. json[end..]];
        return new QwenItem(parts, item.Id, item.Type, item.Role) { CreatedAt = item.CreatedAt, ExpiresAt = item.ExpiresAt, Status = item.Status };
    }

    /// <summary>Writes the content of the system prompt. The text part has a type, except in the native protocol (wire §5.2).</summary>
    public void WriteInstructions(Utf8JsonWriter writer, string instructions, bool hasType = true)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        if (hasType)
            writer.WriteString("type", "text");
        writer.WriteString("text", instructions);
        if (Instructions)
        {
            writer.WriteStartObject("cache_control");
            writer.WriteString("type", "ephemeral");
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>Returns the JSON token type of an item's content property; <paramref name="end"/> is the offset after the value.</summary>
    private static JsonTokenType ContentOf(QwenItem item, out int end)
    {
        var reader = new Utf8JsonReader(item.Frame.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isContent = reader.ValueTextEquals("content"u8);
            reader.Read();
            var form = reader.TokenType;
            reader.Skip();
            end = (int)reader.BytesConsumed;
            if (isContent)
                return form;
        }
        end = 0;
        return JsonTokenType.None;
    }
}
