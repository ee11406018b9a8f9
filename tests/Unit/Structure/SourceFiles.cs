namespace QwenChat.Tests.Structure;

/// <summary>The files in the repository that are not generated.</summary>
internal static class SourceFiles
{
    private static readonly string[] NotWritten = ["bin", "obj", "node_modules"];

    /// <summary>Returns the C# files below a folder of the repository: their paths relative to the folder, with forward slashes, and their text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Of(string folder) => Of(folder, "*.cs");

    /// <summary>Returns the files below a folder of the repository that match a pattern.</summary>
    public static IReadOnlyList<(string Path, string Text)> Of(string folder, string pattern)
    {
        string root = Path.Combine(TestFiles.Root, folder);
        return
        [
            .. Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories)
                .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), File: file))
                .Where(file => !file.Path.Split('/').Any(NotWritten.Contains))
                .OrderBy(file => file.Path, StringComparer.Ordinal)
                .Select(file => (file.Path, File.ReadAllText(file.File))),
        ];
    }
}
