namespace QwenChat.Media;

/// <summary>The identity of a file at the time it was specified. The same path with a different size or time is a different file.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Written">The time of the last write, in UTC.</param>
/// <param name="Type">The detected type.</param>
internal sealed record LocalFile(string Path, long Length, DateTime Written, MediaType Type)
{
    /// <summary>Whether the file still exists and has not changed.</summary>
    public bool IsThere
    {
        get
        {
            var now = new FileInfo(Path);
            return now.Exists && now.Length == Length && now.LastWriteTimeUtc == Written;
        }
    }

    /// <summary>The file name, with the extension of the detected type, because the service relies on the extension.</summary>
    public string NameForUpload
    {
        get
        {
            string stem =
                new(System.IO.Path.GetFileNameWithoutExtension(Path).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_').Take(80).ToArray());
            return (stem.Length == 0 ? "file" : stem) + Type.Extension;
        }
    }

    /// <exception cref="QwenException">The file cannot be read, or has changed.</exception>
    public byte[] ReadAll()
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(Path);
            return bytes.Length == Length ? bytes : throw Changed();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(Path, unreadable);
        }
    }

    public QwenException Changed() => new(QwenErrorKind.MediaRefused,
        $"'{Path}' changed while it was being sent. Send it again when no other program is writing to it.");

    public static QwenException Unreadable(string path, Exception cause) =>
        new(QwenErrorKind.MediaRefused, $"'{path}' cannot be read: {cause.Message}", cause);
}
