namespace QwenChat.Media;

/// <summary>One medium that is to go along with a message: a file, some bytes, or an address. A file is looked at, not read.</summary>
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

    /// <summary>What messages call it: the file's path, the address, "the bytes".</summary>
    public string Name { get; }

    /// <summary>What it is; null for an address, whose contents only the service sees.</summary>
    public MediaType? Type { get; }

    /// <summary>Its size in bytes; null for an address.</summary>
    public long? Length { get; }

    /// <summary>The image's size in pixels, where its header was understood.</summary>
    public (int Width, int Height)? Pixels { get; private init; }

    /// <summary>The file; null for all else.</summary>
    public LocalFile? File { get; private init; }

    /// <summary>The address (http, https, oss, fileid); null for a file and for bytes.</summary>
    public string? Address { get; private init; }

    /// <summary>A file, by its full path.</summary>
    /// <exception cref="QwenException">It is not there, a folder, empty, or cannot be read.</exception>
    public static MediaSource OfFile(string path)
    {
        var info = new FileInfo(path);
        if (Directory.Exists(path))
            throw Refuse($"'{path}' is a folder. Name the files in it: {Path.Combine(path, "*.png")}, or Get-ChildItem -File.");
        if (!info.Exists)
            throw Refuse($"There is no file '{path}'.");
        // Also what is no file at all, such as a pipe, which could not be read twice: its length is 0.
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

    /// <summary>Bytes of a file that someone holds.</summary>
    /// <exception cref="QwenException">There are none.</exception>
    public static MediaSource OfBytes(byte[] bytes)
    {
        if (bytes.Length == 0)
            throw Refuse("The bytes given as a file are empty.");
        var head = bytes.AsSpan(0, Math.Min(bytes.Length, MediaType.HeadBytes));
        var type = MediaType.Sniff(head);
        return new MediaSource("the bytes", type, bytes.Length, bytes) { Pixels = ImageSize.Read(type, head) };
    }

    /// <summary>An address, if the text is one; null for what can only be a path.</summary>
    /// <exception cref="QwenException">It is an address that the service cannot read, or a data address whose contents are not base64.</exception>
    public static MediaSource? OfAddress(string text)
    {
        if (DataAddress.Is(text))
            return OfBytes(DataAddress.Read(text));
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 2)
            return null; // one letter is a drive
        switch (text[..colon].ToLowerInvariant())
        {
            case "http" or "https" when Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Host.Length > 0:
                return new MediaSource(text, null, null, null) { Address = address.AbsoluteUri };
            case "oss" or "fileid" when text.Length > colon + 3 && !text.Any(char.IsWhiteSpace):
                return new MediaSource(text, null, null, null) { Address = text };
            case "file":
                throw Refuse(
                    $"'{text}' is a file: address, which the service could not read. Give the path itself{(PathIn(text) is { } path ? $", '{path}'" : "")}: "
                        + "QwenChat sends the file.");
            case "http" or "https" or "oss" or "fileid" or "ftp" or "ftps" or "s3":
                throw Refuse($"'{text}' is no address that the service reads. It takes http, https and oss addresses.");
            default:
                return null; // a path on a PowerShell drive may look so, too
        }
    }

    /// <summary>The contents as a data address.</summary>
    /// <param name="mime">The type to name; null for the contents' own.</param>
    /// <exception cref="QwenException">The file cannot be read, or is not the one any more that was looked at.</exception>
    public string ToDataAddress(string? mime = null) => DataAddress.Of(mime ?? Type!.Mime, _bytes ?? File!.ReadAll());

    /// <summary>The whole contents.</summary>
    /// <exception cref="QwenException">The file cannot be read, or is not the one any more that was looked at.</exception>
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
