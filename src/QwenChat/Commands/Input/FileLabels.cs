namespace QwenChat.Commands.Input;

/// <summary>What files are called to a model: their names, or where two have the same name the paths below the folder that holds them all.</summary>
internal static class FileLabels
{
    /// <summary>The label of each path.</summary>
    /// <param name="paths">Full paths; one may come twice.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> paths)
    {
        var all = paths.Distinct(StringComparer.Ordinal).ToArray();
        bool tellApart = all.Select(Path.GetFileName).Distinct(StringComparer.OrdinalIgnoreCase).Count() == all.Length;
        string? root = tellApart ? null : RootOf(all);
        return all.ToDictionary(path => path, path => tellApart ? Path.GetFileName(path) : Label(path, root));
    }

    private static string Label(string path, string? root) => (root is null ? path : Path.GetRelativePath(root, path)).Replace('\\', '/');

    /// <summary>The deepest folder that holds all; null on different drives.</summary>
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
