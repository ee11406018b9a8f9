using System.Text;
using System.Text.Json;

namespace QwenChat.Model;

/// <summary>
/// Reads the text and content of items in any of the four APIs, from <c>content</c> (a string or an array of parts), <c>reasoning_content</c>, the
/// <c>summary</c> of a reasoning item, and the <c>output</c> of a tool.
/// </summary>
internal static class ItemJson
{
    public static string ReadText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isText = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("reasoning_content"u8)
                || reader.ValueTextEquals("summary"u8) || reader.ValueTextEquals("output"u8);
            reader.Read();
            // An empty summary may precede the content that contains the thinking.
            string text = !isText ? "" : reader.TokenType == JsonTokenType.String ? reader.GetString()! : reader.TokenType == JsonTokenType.StartArray
                ? ReadParts(ref reader) : "";
            if (text.Length > 0)
                return text;
            reader.Skip();
        }
        return "";
    }

    /// <summary>
    /// Returns the JSON token type of an item's content (a string, an array of parts, null …); <see cref="JsonTokenType.EndObject"/> if the item has no
    /// content.
    /// </summary>
    public static JsonTokenType ReadContentForm(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return JsonTokenType.EndObject;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isContent = reader.ValueTextEquals("content"u8);
            reader.Read();
            if (isContent)
                return reader.TokenType;
            reader.Skip();
        }
        return JsonTokenType.EndObject;
    }

    private static string ReadParts(ref Utf8JsonReader reader)
    {
        string? only = null;
        StringBuilder? many = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isText = reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("refusal"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    string text = reader.GetString()!;
                    if (only is null)
                        only = text;
                    else
                        (many ??= new StringBuilder(only)).Append(text);
                }
                reader.Skip();
            }
        }
        return many?.ToString() ?? only ?? "";
    }

    public static IReadOnlyList<QwenContentPart> ReadContent(ItemBody body)
    {
        foreach (string name in (ReadOnlySpan<string>)["content", "reasoning_content", "summary", "output"])
        {
            var reader = new Utf8JsonReader(body.Frame.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isContent = reader.ValueTextEquals(name);
                reader.Read();
                if (isContent && reader.TokenType == JsonTokenType.String)
                    return new[] { new QwenContentPart("text", reader.GetString(), null) };
                if (isContent && reader.TokenType == JsonTokenType.StartArray)
                    return ReadContentParts(ref reader, body);
                reader.Skip();
            }
        }
        return [];
    }

    /// <summary>Reads the image that an image-generation call created, as a single content part; empty if the call has no result.</summary>
    public static IReadOnlyList<QwenContentPart> ReadResult(ItemBody body)
    {
        var reader = new Utf8JsonReader(body.Frame.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isResult = reader.ValueTextEquals("result"u8);
            reader.Read();
            if (isResult && reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } result)
                return new[] { new QwenContentPart("output_image", null, result.Contains(':', StringComparison.Ordinal)
                    ? result : "data:image/png;base64," + result) };
            reader.Skip();
        }
        return [];
    }

    /// <summary>Returns whether the reader's current property contains a media URL, in any of the APIs (wire §2.3, §4.1, §5.2).</summary>
    public static bool IsMedia(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("image_url"u8) || reader.ValueTextEquals("video_url"u8) || reader.ValueTextEquals("audio_url"u8)
        || reader.ValueTextEquals("file_url"u8) || reader.ValueTextEquals("file_data"u8) || reader.ValueTextEquals("file"u8)
        || reader.ValueTextEquals("image"u8) || reader.ValueTextEquals("video"u8)
        || reader.ValueTextEquals("audio"u8) || reader.ValueTextEquals("input_audio"u8) || IsAddress(ref reader);

    /// <summary>Returns whether the reader's current property contains the URL of a media object, in APIs that write media as objects.</summary>
    private static bool IsAddress(ref Utf8JsonReader reader) => reader.ValueTextEquals("url"u8) || reader.ValueTextEquals("data"u8)
        || reader.ValueTextEquals("file_url"u8) || reader.ValueTextEquals("file_data"u8);

    private static List<QwenContentPart> ReadContentParts(ref Utf8JsonReader reader, ItemBody body)
    {
        var parts = new List<QwenContentPart>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                parts.Add(ReadPart(ref reader, body));
            else
                reader.Skip();
        }
        return parts;
    }

    private static QwenContentPart ReadPart(ref Utf8JsonReader reader, ItemBody body)
    {
        string? type = null, firstName = null, text = null, url = null;
        InlineData? inline = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isText = reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("refusal"u8);
            bool isUrl = url is null && IsMedia(ref reader);
            if (!isType)
                firstName ??= reader.GetString();
            reader.Read();
            if (isUrl)
                (url, inline) = ReadUrl(ref reader, body);
            else if (isType && reader.TokenType == JsonTokenType.String)
                type = reader.GetString();
            else if (isText && reader.TokenType == JsonTokenType.String)
                text = reader.GetString();
            else
                reader.Skip();
        }
        return new QwenContentPart(type ?? firstName ?? "text", text, url) { Inline = inline };
    }

    /// <summary>Reads a URL from a string or from an object with a URL, or the first URL from an array of strings and objects.</summary>
    private static (string? Url, InlineData? Inline) ReadUrl(ref Utf8JsonReader reader, ItemBody body)
    {
        if (reader.TokenType == JsonTokenType.String)
            return (reader.GetString(), body.InlineAt(ref reader));
        (string?, InlineData?) found = default;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Take(ref reader, body, wanted: true, ref found);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool wanted = IsAddress(ref reader);
                reader.Read();
                Take(ref reader, body, wanted, ref found);
            }
        }
        return found;

        static void Take(ref Utf8JsonReader reader, ItemBody body, bool wanted, ref (string?, InlineData?) found)
        {
            if (wanted && found.Item1 is null)
                found = ReadUrl(ref reader, body);
            else
                reader.Skip();
        }
    }
}
