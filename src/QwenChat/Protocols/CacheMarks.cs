using System.Text.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Which messages of a request carry a marker of the explicit cache (qwen-api §9). Content is then in the form of an array throughout,
/// so that two requests differ in their markers alone.
/// </summary>
/// <param name="Instructions">Whether the system text is marked.</param>
/// <param name="Items">The marked messages; each can be marked (<see cref="CanMark"/>).</param>
internal sealed record CacheMarks(bool Instructions, IReadOnlyList<QwenItem> Items)
{
    /// <summary>How many bytes a message goes on for behind the place of its marker: <c>}]}</c>.</summary>
    public const int TailLength = 3;

    /// <summary>The marker, as a further field of a message's last part.</summary>
    public static ReadOnlyMemory<byte> Marker { get; } = ",\"cache_control\":{\"type\":\"ephemeral\"}"u8.ToArray();

    /// <summary>Whether anything is marked.</summary>
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

    /// <summary>True when a marker can be put into the item's last part.</summary>
    public static bool CanMark(QwenItem item) => item.Type is "message" or "function_call_output" && ContentOf(item, out int end) == JsonTokenType.StartArray
        && end == item.Frame.Length - 1 && item.Frame.Span[^TailLength..].SequenceEqual("}]}"u8);

    /// <summary>The same message with its text in the form of an array; as it is where it has that form, or cannot have it.</summary>
    public static QwenItem InParts(QwenItem item)
    {
        if (item.Type is not ("message" or "function_call_output") || ContentOf(item, out int end) != JsonTokenType.String)
            return item;
        var json = item.Json.Span;
        int start = json[..end].IndexOf("\"content\":"u8) + "\"content\":".Length;
        // An empty text makes no part: the service refuses one (qwen-api §5.5).
        if (end - start <= 2)
            return item;
        byte[] parts = [.. json[..start], .. "[{\"type\":\"text\",\"text\":"u8, .. json[start..end], .. "}]"u8, .. json[end..]];
        return new QwenItem(parts, item.Id, item.Type, item.Role) { CreatedAt = item.CreatedAt, ExpiresAt = item.ExpiresAt, Status = item.Status };
    }

    /// <summary>The system text's content.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="instructions">The text.</param>
    /// <param name="hasType">Whether parts have a type, as they do not in the native protocol (qwen-api §5.2).</param>
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

    /// <summary>The form of an item's content, and where its value ends.</summary>
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
