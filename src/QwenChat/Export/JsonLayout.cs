using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QwenChat.Export;

/// <summary>Formats JSON for reading.</summary>
internal static class JsonLayout
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns the text with indentation; null if the text is not a JSON object or array.</summary>
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
            // Not JSON, or JSON with an unpaired surrogate.
            return null;
        }
    }
}
