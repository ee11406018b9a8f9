using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Resolves the files of <c>-Path</c> and <c>-LiteralPath</c>, on any drive of the file system.</summary>
/// <param name="paths">Resolves provider paths.</param>
/// <param name="kind">The error kind for a rejected path.</param>
internal sealed class FilePaths(PathIntrinsics paths, QwenErrorKind kind)
{
    /// <summary>Returns the one file to write; it may not exist yet.</summary>
    /// <exception cref="QwenException">The path does not name a file, or names several.</exception>
    public string Find(string path, bool isLiteral)
    {
        var files = FindAll(path, isLiteral);
        return files.Count == 1 ? files[0]
            : throw Refuse($"'{path}' matches {files.Count} files. Name one. For a name that contains wildcard characters, use -LiteralPath.");
    }

    /// <summary>Returns the files of a path: one that may not exist, or those that match its wildcards.</summary>
    /// <exception cref="QwenException">The path does not name a file.</exception>
    public IReadOnlyList<string> FindAll(string path, bool isLiteral)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Refuse("The path contains a NUL character, which a file name cannot contain.");
        try
        {
            string literal = Resolve(path);
            // An existing file with exactly this name is the one, even if the name contains brackets.
            if (isLiteral || File.Exists(literal))
                return [EnsureFile(literal)];
            if (!WildcardPattern.ContainsWildcardCharacters(path))
                return [EnsureFile(Resolve(WildcardPattern.Unescape(path)))];
            var files = paths.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists).ToArray();
            return files.Length > 0 ? files : throw Refuse($"No file matches '{path}'. For a name that contains wildcard characters, use -LiteralPath.");
        }
        catch (Exception notFound) when (notFound is SessionStateException or ProviderInvocationException)
        {
            throw Refuse(notFound.Message, notFound);
        }
    }

    private string Resolve(string path)
    {
        string file = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? file : throw Refuse($"'{path}' is a path of the provider {provider.Name}, which has no files.");
    }

    private string EnsureFile(string path) => Directory.Exists(path) ? throw Refuse($"'{path}' is a folder. Name a file in it.") : path;

    private QwenException Refuse(string message, Exception? cause = null) => new(kind, message, cause);
}
