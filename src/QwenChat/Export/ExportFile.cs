using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Writes a conversation file: replaces it atomically, or appends lines to it.</summary>
internal static class ExportFile
{
    /// <summary>Writes a temporary file and moves it to the path, so that readers never see an incomplete file.</summary>
    /// <exception cref="QwenException">The file cannot be written, or it exists and must not be replaced.</exception>
    public static void Replace(string path, bool overwrite, Action<Stream> write)
    {
        try
        {
            // If the path is a link, its target is replaced.
            string target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Guid.NewGuid():N}.tmp");
            try
            {
                using (var stream = new FileStream(temporary, NewFile(target)))
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }
                File.Move(temporary, target, overwrite);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            throw Exists(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, failure);
        }
    }

    /// <summary>Appends missing data to a <c>.jsonl</c> file. On return, the data is on disk.</summary>
    /// <exception cref="QwenException">The file belongs to another conversation, is damaged, or cannot be written.</exception>
    public static void Append(string path, ConversationFileContent record, bool mayBeShorter, DateTimeOffset now, NoticeQueue notices)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var source = new FileSource(path, IsAppendedTo: true);
            var log = ConversationLog.Read(source.ReadAll(stream), source);
            if (log.Head is { } head && head.Id != record.Head.Id && !log.IsContinuedBy(record))
            {
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"'{path}' contains a different conversation, {(head.Settings.Name is { } name ? $"{name} ({head.Id})" : head.Id)}. "
                    + "Specify another file, or omit -Append to overwrite this file.");
            }
            if (log.TornLength > 0)
            {
                notices.Warn($"The incomplete last line of '{path}' ({Quantity.Of(log.TornLength, "byte")}) was removed, and the turns that are missing from "
                    + "the file are added.");
            }
            using var added = new MemoryStream();
            if (log.LacksLineFeed)
                added.WriteByte((byte)'\n');
            log.Write(added, record, mayBeShorter, now);
            stream.SetLength(log.SoundLength);
            stream.Position = log.SoundLength;
            if (added.Length == 0)
                return;
            stream.Write(added.GetBuffer().AsSpan(0, (int)added.Length));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, failure);
        }
    }

    public static QwenException Exists(string path) => new(QwenErrorKind.InvalidRequest,
        $"'{path}' already exists, and -NoClobber prevents overwriting it. Omit -NoClobber to overwrite it, or use -Append to add missing turns to a .jsonl "
            + "file.");

    /// <summary>Makes a read-only file writable.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="force">Whether to make the file writable.</param>
    /// <param name="advice">The advice in the error if <paramref name="force"/> is false.</param>
    /// <exception cref="QwenException">The file is read-only, and <paramref name="force"/> is false.</exception>
    public static void PrepareReadOnly(string path, bool force, string advice = "Use -Force to write to it anyway.")
    {
        var file = new FileInfo(path);
        if (!file.Exists || !file.IsReadOnly)
            return;
        if (!force)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"'{path}' is read-only. {advice}");
        try
        {
            file.IsReadOnly = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, failure);
        }
    }

    private static FileStreamOptions NewFile(string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // The new file gets the permissions of the replaced file.
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = File.GetUnixFileMode(target);
        return options;
    }

    private static QwenException CannotWrite(string path, Exception failure) => new(QwenErrorKind.InvalidRequest, failure is DirectoryNotFoundException
        ? $"'{path}' cannot be written because its folder does not exist. Create the folder with "
            + $"New-Item -ItemType Directory {SingleQuoted.Of(Path.GetDirectoryName(path)!)}."
        : $"'{path}' cannot be written: {failure.Message}", failure);
}
