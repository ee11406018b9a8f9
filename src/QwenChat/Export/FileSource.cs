using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>An untrusted file, or one line of it. The JSON is validated, and errors contain the position.</summary>
/// <param name="Name">The file's name, for error messages.</param>
/// <param name="Line">The line, from 1; null for the whole file.</param>
/// <param name="IsAppendedTo">True if the file is read before data is appended to it; false if it is imported.</param>
internal sealed record FileSource(string Name, int? Line = null, bool IsAppendedTo = false)
{
    /// <summary>The maximum size of a file in bytes. The whole conversation is kept in memory, including its media.</summary>
    public const long MaximumBytes = 200 * 1024 * 1024;

    // An item's JSON may have 64 levels, which is .NET's default limit. The file itself adds further levels.
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 + 8 };

    /// <exception cref="QwenException">The file is too large, or cannot be read.</exception>
    public static byte[] ReadFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return new FileSource(path).ReadAll(stream);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.ImportInvalid, $"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Reads a stream from its start.</summary>
    /// <exception cref="QwenException">The stream is too large.</exception>
    public byte[] ReadAll(FileStream stream)
    {
        long length = stream.Length;
        if (length > MaximumBytes)
        {
            var (size, most) = ByteSize.Over(length, MaximumBytes);
            throw Refuse($"its size is {size}, and the maximum is {most}",
                advice: Name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
                    ? " If each line is a transcript, split the file. Otherwise, remove embedded media from it." : " Remove embedded media from the file.");
        }
        var bytes = new byte[length];
        stream.Position = 0;
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Returns the bytes without the byte order mark that some editors add to UTF-8.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    /// <summary>Parses JSON, and verifies that all strings are valid.</summary>
    /// <exception cref="QwenException">The JSON is not valid.</exception>
    public JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            throw Refuse("its text is not valid UTF-8");
        try
        {
            EnsureReadableText(json.Span);
            return JsonDocument.Parse(json, s_options);
        }
        catch (JsonException broken)
        {
            string line = Line is null ? string.Create(CultureInfo.InvariantCulture, $"line {broken.LineNumber + 1}, ") : "";
            throw Refuse(string.Create(CultureInfo.InvariantCulture,
                $"it is not valid JSON, or is too deeply nested, at {line}byte {broken.BytePositionInLine + 1}"), broken);
        }
        catch (InvalidOperationException halfCharacter)
        {
            throw Refuse("a string contains invalid Unicode (an unpaired surrogate, \\uD800 to \\uDFFF)", halfCharacter);
        }
    }

    /// <summary>Creates the error for a file that cannot be imported or appended to.</summary>
    public QwenException Refuse(string why, Exception? cause = null, string advice = "")
    {
        string place = Line is null ? "" : string.Create(CultureInfo.InvariantCulture, $"line {Line}: ");
        return IsAppendedTo
            ? new QwenException(QwenErrorKind.InvalidRequest,
                $"'{Name}' cannot be appended to: {place}{why}. Specify another file, or omit -Append to overwrite this file.", cause)
            : new QwenException(QwenErrorKind.ImportInvalid, $"'{Name}' cannot be imported: {place}{why}.{advice}", cause);
    }

    // JsonDocument accepts an escaped unpaired surrogate, and fails only when the string is read.
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
