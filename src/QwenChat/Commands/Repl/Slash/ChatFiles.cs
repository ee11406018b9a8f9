namespace QwenChat.Commands.Repl.Slash;

/// <summary>Reads the argument of a command as a file path, with or without quotation marks.</summary>
internal static class ChatFiles
{
    public static string Path(ChatState chat, string argument)
    {
        string path = argument.Length > 1 && argument[0] is '"' or '\'' && argument[^1] == argument[0] ? argument[1..^1] : argument;
        return path.Length > 0 ? chat.Host.FindPath(path)
            : throw new QwenException(QwenErrorKind.InvalidRequest, "No file was specified. Type its path after the command.");
    }

    /// <summary>Returns the folders and files that complete a path.</summary>
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
            // The folder does not exist or cannot be read. The command itself reports the error.
            return [];
        }
    }
}
