using QwenChat.Text;

namespace QwenChat.Media;

/// <summary>A media item to send with a message: a file, bytes, or a URL. A file is examined, but not read completely.</summary>
internal sealed class MediaSource
{
    private readonly byte[]? _bytes;

    private MediaSource(string name, MediaType? type, long? length, byte[]? bytes)
    {
        Name = name;
        Type = type;
        Length = length;
        _bytes = bytes;
    }

    /// <summary>The name in error messages: the path of the file, the URL, or "the byte array".</summary>
    public string Name { get; }

    /// <summary>The detected type; null for a URL, because only the service reads its content.</summary>
    public MediaType? Type { get; }

    /// <summary>The size in bytes; null for a URL.</summary>
    public long? Length { get; }

    /// <summary>The size of an image in pixels; null if the size cannot be read from the first bytes.</summary>
    public (int Width, int Height)? Pixels { get; private init; }

    /// <summary>The name of the file, without its folder; null for a URL and for bytes.</summary>
    public string? FileName => File is null ? null : Path.GetFileName(File.Path);

    /// <summary>The file; null for a URL and for bytes.</summary>
    public LocalFile? File { get; private init; }

    /// <summary>The URL (http, https, oss, fileid); null for a file and for bytes.</summary>
    public string? Address { get; private init; }

    /// <summary>Creates a source from a file's full path.</summary>
    /// <exception cref="QwenException">The file does not exist, is a folder or empty, or cannot be read.</exception>
    public static MediaSource OfFile(string path)
    {
        var info = new FileInfo(path);
        if (Directory.Exists(path))
            throw Refuse($"'{path}' is a folder. "
                + $"Specify the files in it, for example with {SingleQuoted.Of(Path.Combine(path, "*.png"))} or Get-ChildItem -File.");
        if (!info.Exists)
            throw Refuse($"The file '{path}' does not exist.");
        // Special files such as pipes also have the length 0. They cannot be read twice, so they are rejected too.
        if (info.Length == 0)
            throw Refuse($"'{path}' is empty.");
        byte[] head = ReadHead(info);
        var type = MediaType.Sniff(head);
        return new MediaSource(path, type, info.Length, null)
        {
            File = new LocalFile(info.FullName, info.Length, info.LastWriteTimeUtc, type),
            Pixels = ImageSize.Read(type, head),
        };
    }

    /// <summary>Creates a source from the bytes of a file.</summary>
    /// <exception cref="QwenException">The array is empty.</exception>
    public static MediaSource OfBytes(byte[] bytes)
    {
        if (bytes.Length == 0)
            throw Refuse("The byte array for the file is empty.");
        var head = bytes.AsSpan(0, Math.Min(bytes.Length, MediaType.HeadBytes));
        var type = MediaType.Sniff(head);
        return new MediaSource("the byte array", type, bytes.Length, bytes) { Pixels = ImageSize.Read(type, head) };
    }

    /// <summary>Creates a source from a URL; returns null if the text may be a path.</summary>
    /// <exception cref="QwenException">The service cannot read the URL, or it is a data URL whose content is not base64.</exception>
    public static MediaSource? OfAddress(string text)
    {
        if (DataAddress.Is(text))
            return OfBytes(DataAddress.Read(text));
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 2)
            return null; // a single letter before the colon is a drive
        switch (text[..colon].ToLowerInvariant())
        {
            case "http" or "https" when Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Host.Length > 0:
                return new MediaSource(text, null, null, null) { Address = address.AbsoluteUri };
            case "oss" or "fileid" when text.Length > colon + 3 && !text.Any(char.IsWhiteSpace):
                return new MediaSource(text, null, null, null) { Address = text };
            case "file":
                throw Refuse(
                    $"'{text}' is a file: URL, which the service cannot read. "
                        + $"Specify the path instead{(PathIn(text) is { } path ? $", {SingleQuoted.Of(path)}" : "")}; "
                        + "QwenChat sends the file.");
            case "http" or "https" or "oss" or "fileid" or "ftp" or "ftps" or "s3":
                throw Refuse($"'{text}' is not a URL that the service can read. The service accepts http, https and oss URLs.");
            default:
                return null; // may be a path on a PowerShell drive
        }
    }

    /// <summary>Returns the content as a data URL, with the detected MIME type unless a different one is specified.</summary>
    /// <exception cref="QwenException">The file cannot be read, or has changed since it was examined.</exception>
    public string ToDataAddress(string? mime = null) => DataAddress.Of(mime ?? Type!.Mime, _bytes ?? File!.ReadAll());

    /// <exception cref="QwenException">The file cannot be read, or has changed since it was examined.</exception>
    public byte[] ReadAll() => _bytes ?? File!.ReadAll();

    private static byte[] ReadHead(FileInfo file)
    {
        try
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var head = new byte[Math.Min(file.Length, MediaType.HeadBytes)];
            return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(file.FullName, unreadable);
        }
    }

    private static string? PathIn(string fileAddress) =>
        Uri.TryCreate(fileAddress, UriKind.Absolute, out var address) && address.IsFile ? address.LocalPath : null;

    private static QwenException Refuse(string message) => new(QwenErrorKind.MediaRefused, message);
}
