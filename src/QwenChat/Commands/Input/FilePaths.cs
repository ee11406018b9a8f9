using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Finds the files that <c>-Path</c> and <c>-LiteralPath</c> name, on whatever drive of the file system.</summary>
/// <param name="paths">The session's paths.</param>
/// <param name="kind">What a path is refused as.</param>
internal sealed class FilePaths(PathIntrinsics paths, QwenErrorKind kind)
{
    /// <summary>The one file that is to be written; it need not be there yet.</summary>
    /// <exception cref="QwenException">The path names no file, or several.</exception>
    public string Find(string path, bool isLiteral)
    {
        var files = FindAll(path, isLiteral);
        return files.Count == 1 ? files[0]
            : throw Refuse($"'{path}' fits {files.Count} files. Name one; -LiteralPath takes a name with wildcards in it as it is.");
    }

    /// <summary>The files that a path names: one that need not be there, or those that fit its wildcards.</summary>
    /// <exception cref="QwenException">The path names no file.</exception>
    public IReadOnlyList<string> FindAll(string path, bool isLiteral)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Refuse("The path holds a NUL character, which no file's name can have.");
        try
        {
            string literal = Resolve(path);
            // What is there under this very name is meant, also when it has brackets in it.
            if (isLiteral || File.Exists(literal))
                return [EnsureFile(literal)];
            if (!WildcardPattern.ContainsWildcardCharacters(path))
                return [EnsureFile(Resolve(WildcardPattern.Unescape(path)))];
            var files = paths.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists).ToArray();
            return files.Length > 0 ? files : throw Refuse($"No file fits '{path}'. -LiteralPath takes a name with wildcards in it as it is.");
        }
        catch (Exception notFound) when (notFound is SessionStateException or ProviderInvocationException)
        {
            throw Refuse(notFound.Message, notFound);
        }
    }

    private string Resolve(string path)
    {
        string file = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? file : throw Refuse($"'{path}' is a path of the provider {provider.Name}, which holds no files.");
    }

    private string EnsureFile(string path) => Directory.Exists(path) ? throw Refuse($"'{path}' is a folder. Name a file in it.") : path;

    private QwenException Refuse(string message, Exception? cause = null) => new(kind, message, cause);
}
