using System.Text;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that chunks are assigned to the right tool call, whatever index and id a server sends.</summary>
public class ToolCallPieceTests
{
    private const string Oslo = "{\\\"city\\\":\\\"Oslo\\\"}", Rome = "{\\\"city\\\":\\\"Rome\\\"}";

    public static TheoryData<string, string[], string> Streams => new()
    {
        { "no index, no id, one chunk", [Call("", "weather", Oslo) + "," + Call("", "clock", Rome)], "weather(Oslo) clock(Rome)" },
        { "no index, no id, same function", [Call("", "weather", Oslo) + "," + Call("", "weather", Rome)], "weather(Oslo) weather(Rome)" },
        { "no index, no id, equal calls in one chunk", [Call("", "weather", Oslo) + "," + Call("", "weather", Oslo)], "weather(Oslo) weather(Oslo)" },
        { "no index, no id, two chunks", [Call("", "weather", Oslo), Call("", "clock", Rome)], "weather(Oslo) clock(Rome)" },
        { "no index, no id, pieces", [Call("", "weather", "{\\\"city"), Piece("", "\\\":\\\"Oslo\\\"}"), Call("", "clock", "{\\\"city"),
            Piece("", "\\\":\\\"Rome\\\"}")], "weather(Oslo) clock(Rome)" },
        { "no index, ids", [Call("\"id\":\"a\",", "weather", "{\\\"city"), Piece("", "\\\":\\\"Oslo\\\"}"), Call("\"id\":\"b\",", "weather", Rome)],
            "weather(Oslo) weather(Rome)" },
        { "one index, empty ids, one chunk", [Call("\"index\":0,\"id\":\"\",", "weather", Oslo) + "," + Call("\"index\":0,\"id\":\"\",", "weather", Rome)],
            "weather(Oslo) weather(Rome)" },
        { "one index, no ids, two chunks", [Call("\"index\":0,", "weather", Oslo), Call("\"index\":0,", "clock", Rome)], "weather(Oslo) clock(Rome)" },
        { "one index, two ids", [Call("\"index\":0,\"id\":\"a\",", "weather", Oslo), Call("\"index\":0,\"id\":\"b\",", "weather", Rome)],
            "weather(Oslo) weather(Rome)" },
        { "one id for both", [Call("\"id\":\"a\",", "weather", Oslo), Call("\"id\":\"a\",", "clock", Rome)], "weather(Oslo) clock(Rome)" },
        { "one id for both, same function", [Call("\"id\":\"a\",", "weather", Oslo), Call("\"id\":\"a\",", "weather", Rome)], "weather(Oslo) weather(Rome)" },
        { "an id for every chunk", [Call("\"index\":0,\"id\":\"a\",", "weather", "{\\\"city"), Piece("\"index\":0,\"id\":\"b\",", "\\\":\\\"Oslo\\\"}")],
            "weather(Oslo)" },
        { "the name again", [Call("\"index\":0,\"id\":\"a\",", "weather", ""), Call("\"index\":0,\"id\":\"\",", "weather", Oslo),
            Call("\"index\":0,\"id\":\"\",", "weather", "")], "weather(Oslo)" },
        { "snapshots", [Call("\"index\":0,", "weather", "{\\\"ci"), Call("\"index\":0,", "weather", "{\\\"city\\\":\\\"Os"),
            Call("\"index\":0,", "weather", Oslo)], "weather(Oslo)" },
        { "snapshots of two calls, no index, no id",
            [Call("", "weather", "{\\\"ci") + "," + Call("", "clock", "{\\\"c"), Call("", "weather", "{\\\"city\\\":") + "," + Call("", "clock", Rome),
                Call("", "weather", Oslo) + "," + Call("", "clock", Rome)], "weather(Oslo) clock(Rome)" },
        { "the whole call again", [Call("\"index\":0,\"id\":\"a\",", "weather", Oslo), Call("\"index\":0,\"id\":\"a\",", "weather", Oslo)], "weather(Oslo)" },
        { "an empty object first", [Call("\"index\":0,\"id\":\"a\",", "weather", "{}"), Piece("\"index\":0,", "{\\\"city\\\":"),
            Piece("\"index\":0,", "\\\"Oslo\\\"}")], "weather(Oslo)" },
        { "interleaved", [Call("\"index\":0,\"id\":\"a\",", "weather", "{\\\"city\\\":") + "," + Call("\"index\":1,\"id\":\"b\",", "clock", "{\\\"city\\\":"),
            Piece("\"index\":1,", "\\\"Rome\\\"}") + "," + Piece("\"index\":0,", "\\\"Oslo\\\"}")], "weather(Oslo) clock(Rome)" },
        { "arguments as an object", ["""{"index":0,"function":{"name":"weather","arguments":{"city":"Oslo"}}}"""], "weather(Oslo)" },
        { "no arguments, two functions", [Call("\"index\":0,", "weather", ""), Call("\"index\":0,", "clock", "")], "weather() clock()" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Chunks_are_assigned_to_their_call(string name, string[] chunks, string calls)
    {
        foreach (var (api, stream) in new[] { (QwenApi.ChatCompletions, true), (QwenApi.DashScope, true) })
        {
            var answer = Replay.Stream(ChatProtocol.For(api, "qwen-plus"), Write(api, chunks));
            string read = string.Join(" ",
                answer.ToolCalls.Select(call => $"{call.Name}({(call.Arguments.Contains("Oslo") ? "Oslo" : call.Arguments.Contains("Rome") ? "Rome" : "")})"));
            Assert.Equal((name, api, calls), (name, api, read));
            Assert.All(answer.ToolCalls, call => Assert.Equal(call.Arguments, ToolArguments.Fit(call.Arguments)));
            Assert.Equal(answer.ToolCalls.Count, answer.ToolCalls.Select(call => call.Id).Distinct().Count());
            Assert.All(answer.ToolCalls, call => Assert.NotEmpty(call.Id));
            Assert.Equal(answer.ToolCalls, answer.WholeCalls);
            Assert.Equal(QwenReplyState.Completed, answer.State);
        }
    }

    [Fact]
    public void The_older_format_of_a_call_is_read()
    {
        var answer = Replay.Body(new ChatCompletionsProtocol(),
            """{"choices":[{"message":{"content":null,"function_call":{"name":"weather","arguments":"{\"city\":"""
                + """\"Oslo\"}"}},"finish_reason":"function_call"}]}""");
        var call = Assert.Single(answer.ToolCalls);
        Assert.Equal(("weather", "{\"city\":\"Oslo\"}", QwenReplyState.Completed), (call.Name, call.Arguments, answer.State));
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData(" ", "{}")]
    [InlineData("null", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("{\"a\":1}\n", "{\"a\":1}\n")]
    [InlineData("{\"a\":1}}", "{\"a\":1}")]
    [InlineData("\"{\\\"a\\\":1}\"", "{\"a\":1}")]
    [InlineData("{\"a\":", null)]
    [InlineData("{\"a\":1} {\"b\":2}", null)]
    [InlineData("[1]", null)]
    [InlineData("7", null)]
    [InlineData("text", null)]
    public void Arguments_are_repaired(string arguments, string? fit) => Assert.Equal(fit, ToolArguments.Fit(arguments));

    private static string Call(string identity, string name, string arguments) =>
        $$$"""{{{{identity}}}"type":"function","function":{"name":"{{{name}}}","arguments":"{{{arguments}}}"}}""";

    private static string Piece(string identity, string arguments) => $$$"""{{{{identity}}}"function":{"name":null,"arguments":"{{{arguments}}}"}}""";

    private static byte[] Write(QwenApi api, string[] chunks)
    {
        var stream = new StringBuilder();
        foreach (string calls in chunks.Append(""))
        {
            string message = calls.Length == 0 ? "{\"content\":\"\"}" : $"{{\"content\":\"\",\"tool_calls\":[{calls}]}}";
            string finish = calls.Length > 0 ? "null" : "\"tool_calls\"";
            stream.Append(api == QwenApi.ChatCompletions ? $"data: {{\"choices\":[{{\"index\":0,\"delta\":{message},\"finish_reason\":{finish}}}]}}\n\n"
                : $"data: {{\"output\":{{\"choices\":[{{\"message\":{message},\"finish_reason\":{(finish == "null" ? "\"null\"" : finish)}}}]}}}}\n\n");
        }
        return Encoding.UTF8.GetBytes(stream + (api == QwenApi.ChatCompletions ? "data: [DONE]\n\n" : ""));
    }
}
