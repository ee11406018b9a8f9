namespace QwenChat.Commands.Input;

/// <summary>The labels of the files in a message: the file names or, if two files have the same name, the paths relative to their common folder.</summary>
internal static class FileLabels
{
    /// <summary>Returns the label of each path.</summary>
    /// <param name="paths">Full paths; a path may occur twice.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> paths)
    {
        var all = paths.Distinct(StringComparer.Ordinal).ToArray();
        bool areUnique = all.Select(Path.GetFileName).Distinct(StringComparer.OrdinalIgnoreCase).Count() == all.Length;
        string? root = areUnique ? null : RootOf(all);
        return all.ToDictionary(path => path, path => areUnique ? Path.GetFileName(path) : Label(path, root));
    }

    private static string Label(string path, string? root) => (root is null ? path : Path.GetRelativePath(root, path)).Replace('\\', '/');

    /// <summary>Returns the deepest common folder; null if the files are on different drives.</summary>
    private static string? RootOf(string[] paths)
    {
        string? root = Path.GetDirectoryName(paths[0]);
        while (root is not null && !paths.All(path => IsBelow(root, path)))
            root = Path.GetDirectoryName(root);
        return root;
    }

    private static bool IsBelow(string root, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
