using System.Text.RegularExpressions;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>The service's documentation shows conversations in Python. The help has the same samples in fewer lines.</summary>
public partial class HelpSampleTests
{
    // The number of Python lines of each sample, without blank lines and comments.
    [Theory]
    [InlineData("Send-QwenMessage", "two rounds", 18)]
    [InlineData("Send-QwenMessage", "an image", 40)]
    [InlineData("Send-QwenMessage", "thinking", 36)]
    [InlineData("New-QwenConversation", "a conversation", 21)]
    [InlineData("Add-QwenConversationItem", "items, by id", 11)]
    [InlineData("Get-QwenConversationItem", "a list, by id", 2)]
    public void A_help_sample_is_shorter_than_the_services_Python(string page, string sample, int pythonLines)
    {
        var example = Example().Matches(Text(page)).Single(match => match.Groups[1].Value == sample);
        Assert.InRange(example.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, pythonLines - 1);
        Assert.NotEqual("", example.Groups[3].Value.Trim());
    }

    [Fact]
    public void The_start_page_names_all_other_pages()
    {
        string first = Text("about_QwenChat");
        var others = SourceFiles.Of("docs/en-US", "about_*.md").Select(page => Path.GetFileNameWithoutExtension(page.Path));
        Assert.All(others.Where(page => page != "about_QwenChat"), page => Assert.Contains(page, first, StringComparison.Ordinal));
    }

    private static string Text(string page) => SourceFiles.Of("docs/en-US", page + ".md").Single().Text;

    [GeneratedRegex(@"^### Example \d+: the service's sample of ([^\n]+)\n(?:<!--[^\n]*\n)*```powershell\n(.*?)```\s+```output\n(.*?)```",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
