using System.Text.Json.Nodes;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.Tools;

/// <summary>Tests tool names, and the truncation of long results.</summary>
public class ToolTextTests
{
    [Fact]
    public void An_empty_result_is_described() => Assert.Equal("(no output)", new CappedText().ToText(0));

    [Fact]
    public void A_long_result_is_truncated_at_the_end_of_a_line_and_its_size_is_added()
    {
        var text = new CappedText();
        for (int i = 0; i < 2_000; i++)
            text.AddLine(new string('x', 99));
        string[] lines = text.ToText(2_000).Split('\n');
        Assert.Equal(161, lines.Length);
        Assert.All(lines[..160], line => Assert.Equal(99, line.Length));
        Assert.Equal("[cut: 15,999 of 199,999 characters, 2,000 objects; ask for less]", lines[^1]);
    }

    [Fact]
    public void One_long_line_is_truncated_within_the_line()
    {
        var text = new CappedText();
        text.AddLine(new string('x', 50_000));
        Assert.Equal(new string('x', 16_000) + "\n[cut: 16,000 of 50,000 characters, 1 object; ask for less]", text.ToText(1));
    }

    [Fact]
    public void Colors_and_trailing_spaces_are_removed()
    {
        var text = new CappedText();
        text.AddLine("\x1b[31;1mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\   ");
        Assert.Equal("red link", text.ToText(1));
    }

    [Theory]
    [InlineData("Get-ChildItem", "Get-ChildItem")]
    [InlineData("my tool.é", "my_tool__")]
    public void A_name_is_derived_from_a_command(string command, string name) => Assert.Equal(name, ToolName.Of(command));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("search")]
    [InlineData("SEARCH")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_name_that_the_service_rejects_is_rejected(string name)
    {
        var refused = Assert.Throws<QwenException>(() => ToolName.Check(name));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains("New-QwenTool -Name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_tools_with_the_same_name_are_rejected()
    {
        var tools = new[] { "a", "A" }.Select(name => new QwenTool(name, null, ToolSchema.Of([], []), implementation: null));
        Assert.Contains("2 tools have the name 'a'", Assert.Throws<QwenException>(() => ToolName.CheckDistinct(tools)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declared_tool_shows_its_parts()
    {
        var schema = JsonNode.Parse("""{"type":"object","properties":{"a":{},"b":{}},"required":["a"]}""")!.AsObject();
        var tool = new QwenTool("book", "Books.", schema, implementation: null);
        Assert.Equal("book", tool.Name);
        Assert.Equal("Books.", tool.Description);
        Assert.Equal("""{"type":"object","properties":{"a":{},"b":{}},"required":["a"]}""", tool.Parameters);
        Assert.Equal(["a", "b"], tool.ParameterNames);
        Assert.Equal(["a"], tool.RequiredParameters);
        Assert.Null(tool.Approval);
        Assert.Equal(TimeSpan.FromMinutes(5), tool.Timeout);
        Assert.Null(tool.Command);
        Assert.Equal("does not run", tool.Asks);
        Assert.Equal("book(a, b)", tool.ToString());
    }
}
