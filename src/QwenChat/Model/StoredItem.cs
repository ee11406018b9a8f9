using System.Text.Json;
using System.Text.Unicode;

namespace QwenChat.Model;

/// <summary>Validates the JSON of stored items, so that damage is found when a conversation is loaded rather than when a property is read.</summary>
internal static class StoredItem
{
    /// <summary>Returns the same bytes if they are one JSON object.</summary>
    /// <exception cref="JsonException">The bytes are not one JSON object.</exception>
    public static byte[] Check(byte[]? json)
    {
        // The reader detects invalid UTF-8 in a string only when the string is read.
        if (!Utf8.IsValid(json))
            throw new JsonException("An item is not valid UTF-8.");
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An item is not a JSON object.");
        reader.Skip();
        return !reader.Read() ? json! : throw new JsonException("An item contains more than one JSON object.");
    }
}
