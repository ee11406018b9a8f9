using QwenChat.Export;
using QwenChat.Protocols;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.ServiceTools;

/// <summary>Tests the text on exported pages for calls of the service's own tools.</summary>
public sealed class ServiceCallTextTests
{
    [Theory]
    [InlineData("""{"type":"web_search_call","action":{"query":"a\nb","sources":[{"url":"https://a.example/","title":"A"}]}}""", "Web search: a b",
        "A · https://a.example/")]
    [InlineData("""{"type":"code_interpreter_call","code":"print(1)","outputs":[{"type":"logs","logs":"1\n"}]}""", "Code", "print(1)\n1")]
    [InlineData("""{"type":"file_search_call","queries":["bats"],"results":[{"filename":"b.md","score":0.7519,"text":"Bats."}]}""", "File search: bats",
        "b.md · 0.75 · Bats.")]
    [InlineData("""{"type":"mcp_call","server_label":"m","name":"go","arguments":"{}","error":"no"}""", "MCP call: m.go", "{}\nno")]
    [InlineData("""{"type":"odd_tool_call"}""", "Odd tool", "")]
    public void A_call_has_a_title_and_lines(string json, string title, string lines)
    {
        var call = Assert.Single(ServiceToolItems.Read(ItemReader.Read(System.Text.Encoding.UTF8.GetBytes(json))));
        Assert.Equal((title, lines), (ServiceCallText.Title(call), ServiceCallText.Of(call)));
    }
}
