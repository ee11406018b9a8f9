using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace QwenChat.Export;

/// <summary>A file, or one line of it, that is read with care: its JSON is parsed, and what is wrong is told with its place.</summary>
/// <param name="Name">The file's name, for messages.</param>
/// <param name="Line">The line, from 1; null for the whole file.</param>
internal sealed record FileSource(string Name, int? Line = null)
{
    /// <summary>The most that is read. A conversation is held in memory whole, and its media with it.</summary>
    public const long MaximumBytes = 200 * 1024 * 1024;

    // An item's JSON may be as deep as every other reader of it goes; above it there are the file's own levels.
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 + 8 };

    /// <summary>Reads a file.</summary>
    /// <exception cref="QwenException">It is too large, or cannot be read.</exception>
    public static byte[] ReadFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return ReadAll(stream, path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.ImportInvalid, $"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Reads a stream from its start.</summary>
    /// <exception cref="QwenException">It is too large.</exception>
    public static byte[] ReadAll(FileStream stream, string path)
    {
        long length = stream.Length;
        if (length > MaximumBytes)
        {
            throw new QwenException(QwenErrorKind.ImportInvalid,
                $"'{path}' has {length / (1024 * 1024)} MB; at most {MaximumBytes / (1024 * 1024)} MB are read. Export a part of the conversation "
                    + "(Copy-QwenConversation -Turn).");
        }
        var bytes = new byte[length];
        stream.Position = 0;
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>The bytes without the mark that some editors put before UTF-8.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    /// <summary>Parses JSON all of whose texts can be read.</summary>
    /// <exception cref="QwenException">It is none.</exception>
    public JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            throw Refuse("its text is not UTF-8");
        try
        {
            EnsureReadableText(json.Span);
            return JsonDocument.Parse(json, s_options);
        }
        catch (JsonException broken)
        {
            string line = Line is null ? string.Create(CultureInfo.InvariantCulture, $"line {broken.LineNumber + 1}, ") : "";
            throw Refuse(string.Create(CultureInfo.InvariantCulture,
                $"it is no sound JSON, or too deeply nested, at {line}byte {broken.BytePositionInLine + 1}"), broken);
        }
        catch (InvalidOperationException halfCharacter)
        {
            throw Refuse("a text contains an incomplete character (a lone \\uD800 to \\uDFFF)", halfCharacter);
        }
    }

    /// <summary>Why the file cannot be imported.</summary>
    public QwenException Refuse(string why, Exception? cause = null) => new(QwenErrorKind.ImportInvalid,
        $"'{Name}' cannot be imported: {(Line is null ? "" : string.Create(CultureInfo.InvariantCulture, $"line {Line}: "))}{why}.", cause);

    // Half a surrogate pair can be escaped, and only shows when the text is asked for: later, and far from here.
    private static void EnsureReadableText(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = s_options.MaxDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                _ = reader.GetString();
        }
    }
}
