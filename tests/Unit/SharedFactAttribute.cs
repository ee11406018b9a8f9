using Xunit;

namespace QwenChat.Tests;

/// <summary>
/// A fact that needs a file of the folder that stands beside the project, not in it: recorded traffic, notes on the API. Skipped, and
/// seen to be, where the file is absent.
/// </summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    /// <param name="path">The file's path below that folder.</param>
    public SharedFactAttribute(string path)
    {
        if (Find(path) is null)
            Skip = $"../shared/{path} is not there.";
    }

    /// <summary>The whole path of a file of that folder; null where it is absent.</summary>
    public static string? Find(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QwenChat.psd1")))
            folder = folder.Parent;
        string? file = folder is null ? null : Path.Combine(folder.FullName, "..", "shared", path);
        return File.Exists(file) ? file : null;
    }
}
