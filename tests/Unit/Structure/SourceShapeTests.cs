using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>Checks the rules that keep the source easy to navigate: short files and lines, small folders, unique names.</summary>
public partial class SourceShapeTests
{
    private const int LongestLine = 160, LongestFile = 300, MostFiles = 40;

    private static readonly (string Path, string Text)[] Code =
        [.. new[] { "src", "tests" }.SelectMany(folder => SourceFiles.Of(folder).Select(file => ($"{folder}/{file.Path}", file.Text)))];

    private static readonly (string Path, string Text)[] Scripts =
        [.. new[] { "src", "tests" }.SelectMany(folder => SourceFiles.Of(folder, "*.ps1").Select(file => ($"{folder}/{file.Path}", file.Text)))];

    [Fact]
    public void No_line_is_long() => Assert.Empty(
        from file in Code
        from line in file.Text.Split('\n').Select((text, index) => (text, Number: index + 1))
        where line.text.Length > LongestLine
        select $"{file.Path}:{line.Number} has {line.text.Length} characters");

    /// <summary>Counts bytes instead of characters: an ideograph is one character, but takes two columns and three bytes.</summary>
    [Fact]
    public void No_line_of_the_source_is_wide() => Assert.Empty(
        from file in Code
        where file.Path.StartsWith("src/", StringComparison.Ordinal)
        from line in file.Text.Split('\n').Select((text, index) => (Bytes: Encoding.UTF8.GetByteCount(text), Number: index + 1))
        where line.Bytes > LongestLine
        select $"{file.Path}:{line.Number} has {line.Bytes} bytes");

    [Fact]
    public void No_file_is_long() => Assert.Empty(
        from file in Code.Concat(Scripts)
        let lines = file.Text.Count(character => character == '\n')
        where lines > LongestFile
        select $"{file.Path} has {lines} lines");

    [Fact]
    public void No_line_of_a_script_is_long() => Assert.Empty(
        from file in Scripts
        from line in file.Text.Split('\n').Select((text, index) => (text, Number: index + 1))
        where WithoutStrings().Replace(line.text, "''").Length > LongestLine
        select $"{file.Path}:{line.Number} has {line.text.Length} characters");

    [Fact]
    public void No_folder_is_crowded() => Assert.Empty(
        from file in Code
        group file by Path.GetDirectoryName(file.Path)!.Replace('\\', '/') into folder
        where folder.Count() > MostFiles && folder.Key != "src/QwenChat/Commands"
        select $"{folder.Key} has {folder.Count()} files");

    [Fact]
    public void Every_file_name_occurs_once() => Assert.Empty(
        Code.GroupBy(file => Path.GetFileName(file.Path), StringComparer.OrdinalIgnoreCase).Where(name => name.Count() > 1)
            .Select(name => string.Join(" and ", name.Select(file => file.Path))));

    [Fact]
    public void Every_type_name_of_the_product_occurs_once() => Assert.Empty(
        from type in new SourceCode(Code.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal))).Types.Distinct()
        group type.Path by type.Type into name
        where name.Distinct().Count() > 1
        select $"{name.Key}: {string.Join(" and ", name.Distinct())}");

    [Fact]
    public void Namespaces_follow_folders() => Assert.Empty(
        from file in Code
        let match = Namespace().Match(file.Text)
        where match.Success && !IsNamespaceOf(Path.GetDirectoryName(file.Path)!.Replace('\\', '/'), match.Groups[1].Value)
        select $"{file.Path} is in the namespace {match.Groups[1].Value}");

    /// <summary>Returns whether files in a folder may declare a namespace. Outside the tests, the namespace of a parent folder is also allowed.</summary>
    private static bool IsNamespaceOf(string folder, string name)
    {
        var (root, rootName) = Projects.First(project => folder == project.Root || folder.StartsWith(project.Root + "/", StringComparison.Ordinal));
        string own = rootName + folder[root.Length..].Replace('/', '.');
        return own == name || (!rootName.StartsWith("QwenChat.Tests", StringComparison.Ordinal) && own.StartsWith(name + ".", StringComparison.Ordinal));
    }

    private static readonly (string Root, string Name)[] Projects =
    [
        ("src/QwenChat.Storage", "QwenChat.Storage"), ("src/QwenChat", "QwenChat"), ("tests/Unit", "QwenChat.Tests"),
        ("tests/Reliability", "QwenChat.Tests.Reliability"), ("tests/Benchmarks", "QwenChat.Benchmarks"),
    ];

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    /// <summary>Matches strings, which do not count toward the length of a line in a script.</summary>
    [GeneratedRegex("'[^']*'|\"[^\"]*\"")]
    private static partial Regex WithoutStrings();
}
