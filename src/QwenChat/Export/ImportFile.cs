using QwenChat.Model;

namespace QwenChat.Export;

/// <summary>Reads files that conversations are made of.</summary>
internal static class ImportFile
{
    /// <summary>The conversations of a file: one, or of a <c>.jsonl</c> with a transcript on every line one for each line.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="defaults">What a transcript that says nothing of it asks for.</param>
    /// <param name="now">When a transcript's conversation is taken to have been held.</param>
    /// <param name="notices">Told what was left out.</param>
    /// <exception cref="QwenException">It cannot be read, or is no such file.</exception>
    public static IReadOnlyList<ConversationFileContent> Read(string path, QwenOptions defaults, DateTimeOffset now, NoticeQueue notices)
    {
        bool isLines = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => false,
            ".jsonl" => true,
            _ => throw new QwenException(QwenErrorKind.ImportInvalid,
                $"'{path}' cannot be imported: a .json or a .jsonl is, as Export-QwenConversation writes them, or a transcript in OpenAI's form. Pages for "
                    + "people (.md, .html) do not hold everything."),
        };
        return Read(ImportText.ToUtf8(FileSource.ReadFile(path), path, notices), path, isLines, defaults, now, notices);
    }

    /// <summary>The conversations of a file's bytes.</summary>
    internal static IReadOnlyList<ConversationFileContent> Read(ReadOnlyMemory<byte> file, string path, bool isLines, QwenOptions defaults, DateTimeOffset now,
        NoticeQueue notices)
    {
        if (!isLines)
            return [ConversationFile.Read(file, path, defaults, now, notices)];
        if (HoldsTranscripts(file, path))
            return ReadLines(file, path, defaults, now, notices);
        var log = ConversationLog.Read(file, path);
        var content = log.ToRecord(path);
        if (log.TornLength > 0)
            notices.Warn(
                FormattableString.Invariant($"The last line of '{path}' had not been written to its end; its {log.TornLength} bytes were passed over."));
        return [content];
    }

    private static List<ConversationFileContent> ReadLines(ReadOnlyMemory<byte> file, string path, QwenOptions defaults, DateTimeOffset now,
        NoticeQueue notices)
    {
        var contents = new List<ConversationFileContent>();
        var left = new LeftOutFields();
        var rest = FileSource.WithoutMark(file);
        for (int line = 1; !rest.IsEmpty; line++)
        {
            var (first, others) = FirstLine(rest);
            if (!first.Span.Trim(" \t\r"u8).IsEmpty)
                contents.Add(ConversationFile.Read(first, new FileSource(path, line), defaults, now, left));
            rest = others;
        }
        left.Tell(path, notices);
        return contents;
    }

    private static bool HoldsTranscripts(ReadOnlyMemory<byte> file, string path)
    {
        try
        {
            using var document = new FileSource(path, 1).Parse(FirstLine(FileSource.WithoutMark(file)).First);
            return MessagesFile.Find(document.RootElement) is not null;
        }
        catch (QwenException)
        {
            // Then it is no transcript; what else is wrong with it, its reader says.
            return false;
        }
    }

    private static (ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Others) FirstLine(ReadOnlyMemory<byte> text)
    {
        int end = text.Span.IndexOf((byte)'\n');
        return end < 0 ? (text, default) : (text[..end], text[(end + 1)..]);
    }
}
