using System.Text.RegularExpressions;

namespace QwenChat.Tests.Model;

/// <summary>The notes on the service's API from which the catalog was created. The notes are next to the repository, not in it.</summary>
internal static class ApiReference
{
    /// <summary>The path of the notes, for <see cref="SharedFactAttribute"/>.</summary>
    public const string File = "qwen-api.md";

    public static string Text => System.IO.File.ReadAllText(Path.Combine(TestFiles.Shared, File));

    /// <summary>Returns the rows of the tables in one section, cell by cell, without the header and separator rows.</summary>
    public static IReadOnlyList<string[]> Rows(string section)
    {
        string text = Text;
        int start = text.IndexOf($"\n### {section} ", StringComparison.Ordinal);
        int end = text.IndexOf("\n##", start + 4, StringComparison.Ordinal);
        return text[start..end].Split('\n')
            .Where(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .ToArray();
    }

    public static IEnumerable<string> Ids(string text) => Regex.Matches(text, "`([a-z][a-z0-9.-]+)`").Select(match => match.Groups[1].Value);
}
