using System.Text;
using System.Text.Json;

namespace QwenChat;

/// <summary>
/// Reads what is common to the items of all four APIs: <c>content</c> as a string or as an array of parts, <c>reasoning_content</c>,
/// the <c>summary</c> of a reasoning item, the <c>output</c> of a tool.
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
            if (isText && reader.TokenType == JsonTokenType.String)
                return reader.GetString()!;
            if (isText && reader.TokenType == JsonTokenType.StartArray)
                return ReadParts(ref reader);
            reader.Skip();
        }
        return "";
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

    public static IReadOnlyList<QwenContentPart> ReadContent(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        foreach (string name in (ReadOnlySpan<string>)["content", "reasoning_content", "summary", "output"])
        {
            if (!root.TryGetProperty(name, out var content))
                continue;
            if (content.ValueKind == JsonValueKind.String)
                return [new QwenContentPart("text", content.GetString(), null)];
            if (content.ValueKind == JsonValueKind.Array)
                return content.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object).Select(ReadPart).ToArray();
        }
        return [];
    }

    private static QwenContentPart ReadPart(JsonElement part)
    {
        string? type = part.TryGetProperty("type", out var typeElement) && typeElement.ValueKind == JsonValueKind.String ? typeElement.GetString() : null;
        string? text = null, url = null;
        foreach (var property in part.EnumerateObject())
        {
            if (property.Name is "type")
                continue;
            var value = property.Value;
            if (property.Name is "text" or "refusal" && value.ValueKind == JsonValueKind.String)
                text = value.GetString();
            else if (property.Name is "image_url" or "video_url" or "audio_url" or "file_url" or "image" or "video" or "audio" or "input_audio" or "data")
                url ??= ReadUrl(value);
            type ??= property.Name;
        }
        return new QwenContentPart(type ?? "text", text, url);
    }

    private static string? ReadUrl(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("url", out var url) => ReadUrl(url),
        JsonValueKind.Object when value.TryGetProperty("data", out var data) => ReadUrl(data),
        JsonValueKind.Array when value.GetArrayLength() > 0 => ReadUrl(value[0]),
        _ => null,
    };
}
