using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>Checks that commands in messages escape quotes in names and paths: <c>Get-QwenBatch '{name}'</c> would be wrong for the name "it's".</summary>
public partial class SuggestedCommandTests
{
    [Fact]
    public void No_message_puts_a_value_in_quotes_without_doubling_its_quotes() => Assert.Empty(
        from file in SourceFiles.Of("src")
        from Match found in UnsafeQuotes().Matches(file.Text)
        select $"{file.Path}: {found.Value}");

    [Fact]
    public void No_message_suggests_a_path_that_a_wildcard_could_change() => Assert.Empty(
        from file in SourceFiles.Of("src")
        from Match found in UnsafePaths().Matches(file.Text)
        select $"{file.Path}: {found.Value}");

    [Theory]
    [InlineData("Use Get-QwenBatch '{name}'", true)]
    [InlineData("Get-Content '{file.Name}' -Raw", true)]
    [InlineData("use -Model '{name}'", true)]
    [InlineData("@{{ label = '{label}' }}", true)]
    [InlineData("Use Get-QwenBatch {SingleQuoted.Of(name)}", false)]
    [InlineData("There is no batch '{name}'", false)]
    public void The_check_finds_a_quoted_value_only_in_a_command(string text, bool isFound) => Assert.Equal(isFound, UnsafeQuotes().IsMatch(text));

    [GeneratedRegex(@"(\b[A-Z][a-z]+-[A-Z]\w+|\s-[A-Z]\w+|\w =) '\{")]
    private static partial Regex UnsafeQuotes();

    [GeneratedRegex(@"\b(Get-(Content|Item|ChildItem)|Import-\w+|-Name) \{SingleQuoted\.Of\((?!WildcardPattern\.Escape)")]
    private static partial Regex UnsafePaths();
}
