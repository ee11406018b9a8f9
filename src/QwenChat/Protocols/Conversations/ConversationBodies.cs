using System.Text.Json;
using QwenChat.Protocols.Json;
using QwenChat.Protocols.Responses;

namespace QwenChat.Protocols.Conversations;

/// <summary>Writes the bodies of the Conversations API (wire §3).</summary>
internal static class ConversationBodies
{
    /// <summary>The maximum number of items in one request.</summary>
    public const int MaximumItems = 20;

    /// <summary>Whether a conversation object accepts the item. Only messages are accepted.</summary>
    public static bool CanBeAdded(QwenItem item) => item.Type == "message";

    public static byte[] Create(IReadOnlyList<QwenItem> items, IReadOnlyDictionary<string, string> metadata) => JsonBytes.Write(writer =>
    {
        writer.WriteStartObject();
        if (metadata.Count > 0)
            WriteMetadata(writer, metadata);
        if (items.Count > 0)
            WriteItems(writer, items);
        writer.WriteEndObject();
    });

    /// <summary>Returns the body that replaces the metadata of a conversation.</summary>
    public static byte[] Update(IReadOnlyDictionary<string, string> metadata) => JsonBytes.Write(writer =>
    {
        writer.WriteStartObject();
        WriteMetadata(writer, metadata);
        writer.WriteEndObject();
    });

    public static byte[] AddItems(IReadOnlyList<QwenItem> items) => JsonBytes.Write(writer =>
    {
        writer.WriteStartObject();
        WriteItems(writer, items);
        writer.WriteEndObject();
    });

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject("metadata");
        foreach (var (name, value) in metadata)
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter writer, IReadOnlyList<QwenItem> items)
    {
        writer.WriteStartArray("items");
        foreach (var item in items)
            writer.WriteRawValue(AsNew(item).Span, skipInputValidation: true);
        writer.WriteEndArray();
    }

    /// <summary>Returns the item without the id and status that the service assigned, because an item that is added again is a new item.</summary>
    private static ReadOnlyMemory<byte> AsNew(QwenItem item)
    {
        bool hasServiceFields = item.Status is not null || item.Json.Span.IndexOf("\"id\":"u8) >= 0;
        return hasServiceFields && ResponseItems.Read(item) is { } message ? ResponseItems.Write(message, default)[0].Json : item.Json;
    }
}
