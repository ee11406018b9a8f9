namespace QwenChat.Export;

/// <summary>What a file of a conversation can be, told by its name's extension.</summary>
internal enum ExportFormat
{
    /// <summary>Everything, in one object.</summary>
    Json,
    /// <summary>Everything, a line for each turn; only its end grows.</summary>
    JsonLines,
    /// <summary>A page for people, as Markdown.</summary>
    Markdown,
    /// <summary>A page for people, as HTML.</summary>
    Html,
}

/// <summary>Tells formats by their extensions.</summary>
internal static class ExportFormats
{
    /// <exception cref="QwenException">The extension is none of those known.</exception>
    public static ExportFormat Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => ExportFormat.Json,
        ".jsonl" => ExportFormat.JsonLines,
        ".md" or ".markdown" => ExportFormat.Markdown,
        ".html" or ".htm" => ExportFormat.Html,
        var extension => throw new QwenException(QwenErrorKind.InvalidRequest,
            $"{(extension.Length == 0 ? "A name without an extension" : $"'{extension}'")} does not say what to write. Name a .json or .jsonl file "
                + "(everything, for Import-QwenConversation), or a .md or .html (for people)."),
    };

    /// <summary>Writes a whole file.</summary>
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
