using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Resolves the paths specified with <c>-Path</c> and <c>-LiteralPath</c> on any file system drive.</summary>
/// <param name="paths">Resolves provider paths.</param>
/// <param name="kind">The error kind for a rejected path.</param>
internal sealed class FilePaths(PathIntrinsics paths, QwenErrorKind kind)
{
    /// <summary>The advice for a name that contains wildcard characters.</summary>
    public string Literally { get; init; } = "use -LiteralPath";

    /// <summary>Returns the file to write, which may not exist yet.</summary>
    /// <exception cref="QwenException">The path does not refer to a file, or it refers to several files.</exception>
    public string Find(string path, bool isLiteral)
    {
        var files = FindAll(path, isLiteral);
        return files.Count == 1 ? files[0]
            : throw Refuse($"'{path}' matches {files.Count} files. Specify only one file. {ForWildcards}");
    }

    /// <summary>Returns the files for a path: the file itself, which may not exist, or the files that match the wildcards.</summary>
    /// <exception cref="QwenException">The path does not refer to a file.</exception>
    public IReadOnlyList<string> FindAll(string path, bool isLiteral)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Refuse("The path contains a NUL character, which a file name cannot contain.");
        try
        {
            string literal = Resolve(path);
            // An existing file with exactly this name takes precedence, even if the name contains brackets.
            if (isLiteral || File.Exists(literal))
                return [EnsureFile(literal)];
            if (!WildcardPattern.ContainsWildcardCharacters(path))
                return [EnsureFile(Resolve(WildcardPattern.Unescape(path)))];
            var files = paths.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists).ToArray();
            return files.Length > 0 ? files : throw Refuse($"No file matches '{path}'. {ForWildcards}");
        }
        catch (Exception notFound) when (notFound is SessionStateException or ProviderInvocationException)
        {
            throw Refuse(notFound.Message, notFound);
        }
    }

    private string ForWildcards => $"For a name that contains wildcard characters, {Literally}.";

    private string Resolve(string path)
    {
        string file = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? file : throw Refuse($"'{path}' is a path of the provider {provider.Name}, which does not support files.");
    }

    private string EnsureFile(string path) => Directory.Exists(path) ? throw Refuse($"'{path}' is a folder. Specify a file in it.") : path;

    private QwenException Refuse(string message, Exception? cause = null) => new(kind, message, cause);
}
