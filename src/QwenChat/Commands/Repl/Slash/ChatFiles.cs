namespace QwenChat.Commands.Repl.Slash;

/// <summary>The files that are named behind a command: the rest of its line, with quotation marks around it or without.</summary>
internal static class ChatFiles
{
    /// <summary>The path that was typed, whole.</summary>
    public static string Path(ChatState chat, string argument)
    {
        string path = argument.Length > 1 && argument[0] is '"' or '\'' && argument[^1] == argument[0] ? argument[1..^1] : argument;
        return path.Length > 0 ? chat.Host.FindPath(path) : throw new QwenException(QwenErrorKind.InvalidRequest, "No file is named.");
    }

    /// <summary>The folders, and the files of a kind, that a path may become.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="typed">What was typed of it.</param>
    /// <param name="extensions">The files' extensions.</param>
    public static IEnumerable<Completion> Complete(ChatState chat, string typed, params string[] extensions)
    {
        string begin = typed.TrimStart('"', '\'');
        int end = begin.LastIndexOfAny(['/', '\\']) + 1;
        string folder = begin[..end];
        try
        {
            return new DirectoryInfo(chat.Host.FindPath(folder.Length > 0 ? folder : ".")).EnumerateFileSystemInfos()
                .Where(entry => entry.Name.StartsWith(begin[end..], StringComparison.OrdinalIgnoreCase)
                    && (entry is DirectoryInfo || extensions.Contains(entry.Extension, StringComparer.OrdinalIgnoreCase))
                    && (begin.Length > end || !entry.Name.StartsWith('.')))
                .OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)
                .Select(entry => new Completion(folder + entry.Name + (entry is DirectoryInfo ? "/" : ""))).ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or QwenException)
        {
            // There is no such folder, or it is nobody's business. The command that is being typed will say so.
            return [];
        }
    }
}
