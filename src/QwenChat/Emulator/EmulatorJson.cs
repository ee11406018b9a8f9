using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator;

/// <summary>Reads requests and writes responses as JSON.</summary>
internal static class EmulatorJson
{
    private const int UnitLength = 6;

    // The service does not escape non-ASCII characters (wire §5.3).
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string ToText(JsonNode node) => System.Text.Encoding.UTF8.GetString(ToBytes(node));

    public static byte[] ToBytes(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
            node.WriteTo(writer);
        return WithWholeCharacters(buffer.WrittenSpan);
    }

    /// <summary>
    /// Replaces the escape sequences that .NET writes for characters of two UTF-16 code units, such as emoji. The service does not escape these
    /// characters.
    /// </summary>
    private static byte[] WithWholeCharacters(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\uD"u8) < 0)
            return json.ToArray();
        var output = new ArrayBufferWriter<byte>(json.Length);
        Span<byte> character = stackalloc byte[4];
        while (json.IndexOf((byte)'\\') is var escape and >= 0)
        {
            output.Write(json[..escape]);
            json = json[escape..];
            if (ReadUnit(json) is { } high && ReadUnit(json[Math.Min(UnitLength, json.Length)..]) is { } low && Rune.TryCreate(high, low, out var rune))
            {
                output.Write(character[..rune.EncodeToUtf8(character)]);
                json = json[(2 * UnitLength)..];
            }
            else
            {
                output.Write(json[..2]);
                json = json[2..];
            }
        }
        output.Write(json);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Returns the UTF-16 code unit of an escape sequence such as <c>\uD83D</c>; null if the text does not begin with an escape sequence.</summary>
    private static char? ReadUnit(ReadOnlySpan<byte> json) =>
        json.Length >= UnitLength && json.StartsWith("\\u"u8) && Utf8Parser.TryParse(json[2..UnitLength], out ushort unit, out _, 'x') ? (char)unit : null;

    /// <summary>Returns the value of a property; an element of kind Undefined if the property is missing or null, or if its parent is not an object.</summary>
    public static JsonElement Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    public static string? Text(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool? Flag(this JsonElement element, string name) => element.Get(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static int? Integer(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : null;

    public static bool Exists(this JsonElement element) => element.ValueKind != JsonValueKind.Undefined;

    public static IEnumerable<JsonElement> Elements(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static JsonNode? ToNode(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.Object => JsonObject.Create(element.Clone()),
        JsonValueKind.Array => JsonArray.Create(element.Clone()),
        _ => JsonValue.Create(element.Clone()),
    };
}
