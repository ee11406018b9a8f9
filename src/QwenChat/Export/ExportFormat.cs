namespace QwenChat.Export;

/// <summary>The format of a conversation file, determined by its extension.</summary>
internal enum ExportFormat
{
    /// <summary>The complete conversation, in one object.</summary>
    Json,
    /// <summary>The complete conversation, with a line for each turn. The file is append-only.</summary>
    JsonLines,
    Markdown,
    Html,
}

/// <summary>Determines the format of a file by its extension, and writes the file.</summary>
internal static class ExportFormats
{
    /// <exception cref="QwenException">The extension is unknown.</exception>
    public static ExportFormat Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => ExportFormat.Json,
        ".jsonl" => ExportFormat.JsonLines,
        ".md" or ".markdown" => ExportFormat.Markdown,
        ".html" or ".htm" => ExportFormat.Html,
        var extension => throw new QwenException(QwenErrorKind.InvalidRequest,
            (extension.Length == 0 ? "The file name has no extension. " : $"The file extension '{extension}' is not supported. ")
                + "Use .json or .jsonl for the complete conversation, which Import-QwenConversation can read, or .md or .html for a readable page."),
    };

    public static void Write(Stream stream, ExportFormat format, ConversationFileContent content, DateTimeOffset now)
    {
        switch (format)
        {
            case ExportFormat.Json:
                ConversationFile.Write(stream, content, now);
                break;
            case ExportFormat.JsonLines:
                new ConversationLog().Write(stream, content, mayBeShorter: false, now);
                break;
            case ExportFormat.Markdown:
                MarkdownPage.Write(stream, content, now);
                break;
            default:
                HtmlPage.Write(stream, content, now);
                break;
        }
    }
}
