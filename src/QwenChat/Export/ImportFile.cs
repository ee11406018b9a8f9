using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Reads the files that conversations can be imported from.</summary>
internal static class ImportFile
{
    /// <summary>
    /// Reads the conversations in a file. A <c>.jsonl</c> file of transcripts contains a conversation on each line; any other file contains one
    /// conversation.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="defaults">The options of a conversation imported from a transcript. The transcript may specify a different model.</param>
    /// <param name="now">The creation time of a conversation imported from a transcript.</param>
    /// <param name="notices">Receives warnings about omitted data.</param>
    /// <exception cref="QwenException">The file cannot be read, or is neither a conversation file nor a transcript.</exception>
    public static IReadOnlyList<ConversationFileContent> Read(string path, QwenOptions defaults, DateTimeOffset now, NoticeQueue notices)
    {
        bool isLines = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => false,
            ".jsonl" => true,
            _ => throw new QwenException(QwenErrorKind.ImportInvalid,
                $"'{path}' cannot be imported. Import-QwenConversation reads only .json and .jsonl files: conversations written by Export-QwenConversation, "
                    + "and transcripts in OpenAI's format. Readable pages (.md, .html) do not contain the complete conversation."),
        };
        return Read(ImportText.ToUtf8(FileSource.ReadFile(path), path, notices), path, isLines, defaults, now, notices);
    }

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
            notices.Warn($"The incomplete last line of '{path}' ({Quantity.Of(log.TornLength, "byte")}) was ignored.");
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
            // The file is then read as a conversation log, and the log reader reports any error.
            return false;
        }
    }

    private static (ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Others) FirstLine(ReadOnlyMemory<byte> text)
    {
        int end = text.Span.IndexOf((byte)'\n');
        return end < 0 ? (text, default) : (text[..end], text[(end + 1)..]);
    }
}
