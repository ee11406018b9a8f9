using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>Checks that temporary files have unique names, because another user's process may have left a file with the same name.</summary>
public class TemporaryFileTests
{
    private static readonly string[] Roots = ["src", "tests", "docs", "packaging"];

    [Fact]
    public void Every_name_in_the_shared_temporary_folder_is_unique() => Assert.Empty(
        from root in Roots
        from pattern in new[] { "*.cs", "*.ps1" }
        from file in SourceFiles.Of(root, pattern)
        where file.Path != "Unit/Structure/TemporaryFileTests.cs"
        from line in file.Text.Split('\n').Select((text, index) => (text, Number: index + 1))
        where line.text.Contains("GetTempPath()", StringComparison.Ordinal) && !line.text.Contains("NewGuid()", StringComparison.Ordinal)
        select $"{root}/{file.Path}:{line.Number}");
}
