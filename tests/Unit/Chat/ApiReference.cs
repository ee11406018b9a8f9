using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Chat;

/// <summary>The notes on the service's API that the catalogue was made from. They stand beside the project, not in it.</summary>
internal static class ApiReference
{
    public static string? Path { get; } = Find();

    /// <summary>The rows of the tables in one section, cell by cell, without head and rule.</summary>
    public static IReadOnlyList<string[]> Rows(string section)
    {
        string text = File.ReadAllText(Path!);
        int start = text.IndexOf($"\n### {section} ", StringComparison.Ordinal);
        int end = text.IndexOf("\n##", start + 4, StringComparison.Ordinal);
        return text[start..end].Split('\n')
            .Where(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .ToArray();
    }

    public static IEnumerable<string> Ids(string text) => Regex.Matches(text, "`([a-z][a-z0-9.-]+)`").Select(match => match.Groups[1].Value);

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "QwenChat.psd1")))
                continue;
            string path = System.IO.Path.Combine(folder.FullName, "..", "shared", "qwen-api.md");
            return File.Exists(path) ? path : null;
        }
        return null;
    }
}

/// <summary>A fact that needs <see cref="ApiReference"/>; skipped, and seen to be, where that is absent.</summary>
internal sealed class ReferenceFactAttribute : FactAttribute
{
    public ReferenceFactAttribute()
    {
        if (ApiReference.Path is null)
            Skip = "../shared/qwen-api.md is not there.";
    }
}
