using System.Text.Json;
using System.Text.Unicode;

namespace QwenChat.Model;

/// <summary>Checks the JSON of stored items, so that a damaged one is found when its conversation is loaded and not when a property is read.</summary>
internal static class StoredItem
{
    /// <summary>The same bytes, when they are one JSON object.</summary>
    /// <exception cref="JsonException">They are not.</exception>
    public static byte[] Check(byte[]? json)
    {
        // The reader finds broken UTF-8 in a string only when the string is asked for.
        if (!Utf8.IsValid(json))
            throw new JsonException("An item is not UTF-8.");
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An item is not a JSON object.");
        reader.Skip();
        return !reader.Read() ? json! : throw new JsonException("An item is more than one JSON object.");
    }
}
