using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>Reads an item from the service. All fields of the item are kept, because requests use the same format (wire §2.3).</summary>
internal static class ItemReader
{
    public static QwenItem Read(ReadOnlySpan<byte> json)
    {
        string? id = null, type = null, role = null, status = null;
        DateTimeOffset? createdAt = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "id"u8))
                id = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "type"u8))
                type = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "role"u8))
                role = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "status"u8))
                status = LenientJson.String(ref reader);
            else if (LenientJson.Is(ref reader, "created_at"u8))
                createdAt = LenientJson.Time(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
        // A message without a type is recognized by its role; an item with neither type nor role is not a message.
        if (string.IsNullOrEmpty(type))
            type = role is null ? "unknown" : "message";
        return new QwenItem(JsonBytes.Rewrite(json), string.IsNullOrEmpty(id) ? null : id, type, role)
        {
            Status = status,
            CreatedAt = createdAt,
        };
    }
}
