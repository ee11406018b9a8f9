using System.Globalization;
using QwenChat.Model;

namespace QwenChat.Export;

/// <summary>Puts files where they belong: whole or not at all, or longer by whole lines.</summary>
internal static class ExportFile
{
    /// <summary>Writes a file beside its place and moves it there, so that nobody ever finds half of it.</summary>
    /// <exception cref="QwenException">It cannot be written, or there is one and it is not to be replaced.</exception>
    public static void Replace(string path, bool overwrite, Action<Stream> write)
    {
        try
        {
            // Where the path is a link it is the file behind it that is replaced.
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

    /// <summary>Adds to a <c>.jsonl</c> what it does not hold yet. When this returns, it is on the disk.</summary>
    /// <exception cref="QwenException">The file is another conversation's, is damaged, or cannot be written.</exception>
    public static void Append(string path, ConversationFileContent record, bool mayBeShorter, DateTimeOffset now, NoticeQueue notices)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var log = ConversationLog.Read(FileSource.ReadAll(stream, path), path);
            if (log.Head is { } head && head.Id != record.Head.Id && !log.IsContinuedBy(record))
            {
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    $"'{path}' holds another conversation, {head.Settings.Name ?? head.Id}. Name another file for "
                    + $"{record.Head.Settings.Name ?? record.Head.Id}, or leave -Append out to overwrite it.");
            }
            if (log.TornLength > 0)
            {
                notices.Warn(string.Create(CultureInfo.InvariantCulture,
                    $"The last line of '{path}' had not been written to its end; its {log.TornLength} bytes were removed, and the turn is written again."));
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
        $"'{path}' is there already, and -NoClobber keeps it as it is. Leave -NoClobber out to overwrite it; -Append adds to a .jsonl the turns it does not "
            + "hold yet.");

    /// <summary>Makes a file that is marked as read-only one that can be written to.</summary>
    /// <exception cref="QwenException">It is, and was not to be.</exception>
    public static void PrepareReadOnly(string path, bool force)
    {
        var file = new FileInfo(path);
        if (!file.Exists || !file.IsReadOnly)
            return;
        if (!force)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"'{path}' is marked as read-only. -Force writes to it all the same.");
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
        // Who may read the file it replaces may read this one, and nobody else.
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = File.GetUnixFileMode(target);
        return options;
    }

    private static QwenException CannotWrite(string path, Exception failure) => new(QwenErrorKind.InvalidRequest, failure is DirectoryNotFoundException
        ? $"'{path}' cannot be written: its folder is not there. Make it with New-Item -ItemType Directory."
        : $"'{path}' cannot be written: {failure.Message}", failure);
}
