using System.Text;
using System.Text.Json;

namespace QwenChat.Emulator;

/// <summary>A message as the model receives it, independent of the API of the request.</summary>
internal sealed record PromptMessage(string Role, string Text)
{
    /// <summary>The fixed token count of a media item or document page. The service computes the count from the content (wire §6.1).</summary>
    private const int TokensPerMediaItem = 256;

    public IReadOnlyList<QwenToolCall> ToolCalls { get; init; } = [];

    public string? ToolCallId { get; init; }

    /// <summary>The tool calls, as prompt text.</summary>
    public string Extra => string.Concat(ToolCalls.Select(call => call.Name + call.Arguments));

    public string? Thinking { get; init; }

    public IReadOnlyList<string> Media { get; init; } = [];

    /// <summary>Whether the explicit cache stores the prompt up to and including this message (wire §9).</summary>
    public bool IsMarked { get; init; }

    /// <summary>The PDF documents in the message (wire §17).</summary>
    public IReadOnlyList<EmulatedDocument> Documents { get; init; } = [];

    public int MediaTokens => Media.Count * TokensPerMediaItem;

    public IReadOnlyList<string> Attachments => Documents.Count == 0 ? Media : [.. Media, .. Documents.Select(document => document.Address)];

    public int DocumentTokens => Documents.Sum(document => document.Pages) * TokensPerMediaItem;

    /// <summary>Reads the content of a message: a string, or an array of parts in the format of any API.</summary>
    public static PromptMessage Read(string role, JsonElement content, string? thinking = null)
    {
        var media = new List<string>();
        var documents = new List<EmulatedDocument>();
        string text = ReadContent(content, media, documents);
        bool isMarked = content.Elements().Any(part => part.Get("cache_control").Exists());
        return new PromptMessage(role, text) { Thinking = thinking, Media = media, Documents = documents, IsMarked = isMarked };
    }

    public static PromptMessage OfCall(QwenToolCall call) => new("assistant", "") { ToolCalls = [call] };

    private static string ReadContent(JsonElement content, List<string> media, List<EmulatedDocument> documents)
    {
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString()!;
        var text = new StringBuilder();
        foreach (var part in content.Elements())
        {
            if (part.ValueKind == JsonValueKind.String)
            {
                text.Append(part.GetString());
                continue;
            }
            text.Append(part.Text("text"));
            if ((part.Get("file") is { ValueKind: JsonValueKind.Object } file ? file : part) is var document
                && (document.Text("file_url") ?? document.Text("file_data")) is { } address)
            {
                documents.Add(new EmulatedDocument(address, document.Text("filename"), document.Text("file_data") is not null));
                continue;
            }
            foreach (string name in (ReadOnlySpan<string>)["image_url", "image", "video_url", "video", "input_audio", "audio", "audio_url", "data", "file_url"])
                AddMedia(part.Get(name), media);
        }
        return text.ToString();
    }

    private static void AddMedia(JsonElement value, List<string> media)
    {
        if (value.ValueKind == JsonValueKind.String)
            media.Add(value.GetString()!);
        else if (value.ValueKind == JsonValueKind.Object && (value.Text("url") ?? value.Text("data")) is { } address)
            media.Add(address);
        foreach (var frame in value.Elements())
            AddMedia(frame, media);
    }
}
