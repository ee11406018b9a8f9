using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QwenChat.Export;

/// <summary>JSON as people read it.</summary>
internal static class JsonLayout
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text laid out over lines; null for what is no JSON object or array.</summary>
    public static string? TryIndent(string text)
    {
        if (text.AsSpan().Trim() is not ['{' or '[', ..])
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, s_options))
                document.RootElement.WriteTo(writer);
            return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // No JSON, or a text in it with half a character.
            return null;
        }
    }
}
