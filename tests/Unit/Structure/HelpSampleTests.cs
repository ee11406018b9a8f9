using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>
/// Tests that examples in the help are shorter than the service's Python samples, and that the help lists all about pages and error ids.
/// </summary>
public partial class HelpSampleTests
{
    // part identifies the sample on the page. pythonLines is the length of the Python sample, without blank lines or comments.
    [Theory]
    [InlineData("Send-QwenMessage", "Send-QwenMessage $r.ResponseId 'Do you remember my name?'", 18)]
    [InlineData("Send-QwenMessage", "'What products are shown in the image?'", 40)]
    [InlineData("Send-QwenMessage", "'Who is the director of this movie?'", 36)]
    [InlineData("New-QwenConversation", "Send-QwenMessage $id 'What are the must-try foods there?'", 21)]
    [InlineData("Add-QwenConversationItem", "Add-QwenConversationItem $id 'Additional info: I prefer coastal cities.'", 11)]
    [InlineData("Get-QwenConversationItem", "Get-QwenConversationItem $id\n", 2)]
    public void A_help_sample_is_shorter_than_the_services_Python(string page, string part, int pythonLines)
    {
        var example = Assert.Single(Example().Matches(Text(page)), match => match.Groups[1].Value.Contains(part, StringComparison.Ordinal));
        Assert.InRange(example.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, pythonLines - 1);
        Assert.NotEqual("", example.Groups[2].Value.Trim());
    }

    [Fact]
    public void The_first_about_page_names_all_other_about_pages()
    {
        string first = Text("about_QwenChat");
        var others = SourceFiles.Of("docs/en-US", "about_*.md").Select(page => Path.GetFileNameWithoutExtension(page.Path));
        Assert.All(others.Where(page => page != "about_QwenChat"), page => Assert.Contains(page, first, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_on_errors_lists_every_error_id()
    {
        string page = Text("about_QwenErrors");
        Assert.All(Enum.GetNames<QwenErrorKind>(), kind => Assert.Contains($"| `Qwen{kind}` |", page, StringComparison.Ordinal));
    }

    private static string Text(string page) => SourceFiles.Of("docs/en-US", page + ".md").Single().Text;

    [GeneratedRegex(@"^```powershell\n(.*?)^```\s+```output\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
