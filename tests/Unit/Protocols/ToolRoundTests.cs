using System.Text;
using QwenChat.Protocols;
using QwenChat.Protocols.Tools;
using QwenChat.Streaming;
using Xunit;

namespace QwenChat.Tests.Protocols;

/// <summary>Tests that the results of tool calls are added to the items of an answer at the positions that each API requires.</summary>
public sealed class ToolRoundTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;
    private static readonly Dictionary<string, string> s_results = new() { ["c1"] = "Sunny", ["c2"] = "12:00" };

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "qwen-plus", "\"Sunny\"", "\"12:00\"")]
    [InlineData(QwenApi.DashScope, "qwen-plus", "\"Sunny\"", "\"12:00\"")]
    [InlineData(QwenApi.DashScope, "qwen3.7-plus", "[{\"text\":\"Sunny\"}]", "[{\"text\":\"12:00\"}]")]
    public void Results_follow_the_message(QwenApi api, string model, string first, string second)
    {
        var items = Write(api, model, Answer(("c1", "weather", "{\"city\":\"Rom\"}"), ("c2", "time", "")));
        Assert.Equal(3, items.Length);
        Assert.Contains(
            "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rom\\\"}\"}},"
                + "{\"id\":\"c2\",", items[0], StringComparison.Ordinal);
        Assert.Equal($$"""{"role":"tool","tool_call_id":"c1","content":{{first}}}""", items[1]);
        Assert.Equal($$"""{"role":"tool","tool_call_id":"c2","content":{{second}}}""", items[2]);
    }

    [Theory]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.Conversations)]
    public void Each_result_follows_its_call(QwenApi api) => Assert.Equal(
        [
            """{"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"city\":\"Rom\"}"}""",
            """{"type":"function_call_output","call_id":"c1","output":"Sunny"}""",
            """{"type":"function_call","call_id":"c2","name":"time","arguments":"{}"}""",
            """{"type":"function_call_output","call_id":"c2","output":"12:00"}""",
        ], Write(api, "qwen-plus", Answer(("c1", "weather", "{\"city\":\"Rom\"}"), ("c2", "time", "{}"))));

    [Fact]
    public void Text_and_thinking_stay_before_the_calls()
    {
        foreach (var api in (QwenApi[])[QwenApi.ChatCompletions, QwenApi.DashScope])
        {
            var answer = Answer(("c1", "weather", "{}"));
            answer.Add(new ChatDelta(ChatDeltaKind.Thinking) { Text = "hm" });
            answer.Add(new ChatDelta(ChatDeltaKind.Text) { Text = "Wait." });
            var items = Write(api, "qwen-plus", answer);
            Assert.Equal("""{"reasoning_content":"hm"}""", items[0]);
            Assert.StartsWith("""{"role":"assistant","content":"Wait.","tool_calls":[{"id":"c1",""", items[1], StringComparison.Ordinal);
            Assert.Equal("""{"role":"tool","tool_call_id":"c1","content":"Sunny"}""", items[2]);
            Assert.Equal(3, items.Length);
        }
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public void Unparsable_arguments_are_sent_back_as_an_empty_object(QwenApi api)
    {
        foreach (string text in (string[])["", "Wait."])
        {
            var answer = Answer(("c1", "weather", "{\"city\":"), ("c2", "time", "{}"));
            if (text.Length > 0 && api != QwenApi.Responses)
                answer.Add(new ChatDelta(ChatDeltaKind.Text) { Text = text });
            var items = Write(api, "qwen-plus", answer);
            string all = string.Concat(items);
            Assert.DoesNotContain("city", all, StringComparison.Ordinal);
            Assert.True(all.IndexOf("weather", StringComparison.Ordinal) < all.IndexOf("Sunny", StringComparison.Ordinal));
            Assert.Contains("12:00", all, StringComparison.Ordinal);
            Assert.Equal(api == QwenApi.Responses ? 4 : 3, items.Length);
        }
    }

    [Fact]
    public void A_single_call_with_truncated_arguments_keeps_its_message()
    {
        var items = Write(QwenApi.ChatCompletions, "qwen-plus", Answer(("c1", "weather", "{\"ci")));
        Assert.Equal(
            [
                """{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{}"}}]}""",
                """{"role":"tool","tool_call_id":"c1","content":"Sunny"}""",
            ], items);
    }

    [Fact]
    public void A_call_without_a_result_stays_open() =>
        Assert.Single(Write(QwenApi.ChatCompletions, "qwen-plus", Answer(("c9", "weather", "{}"))));

    /// <summary>Creates an answer from the deltas of tool calls. For the Responses API, <see cref="Write"/> adds the output items.</summary>
    private static ReplyBuilder Answer(params (string Id, string Name, string Arguments)[] calls)
    {
        var answer = new ReplyBuilder();
        for (int i = 0; i < calls.Length; i++)
            answer.Add(new ChatDelta(ChatDeltaKind.ToolCall) { Index = i, Id = calls[i].Id, Name = calls[i].Name, Text = calls[i].Arguments });
        answer.Add(new ChatDelta(ChatDeltaKind.Finished) { Text = "tool_calls", State = QwenReplyState.Completed });
        return answer;
    }

    private static string[] Write(QwenApi api, string model, ReplyBuilder answer)
    {
        if (api is QwenApi.Responses or QwenApi.Conversations)
        {
            var items = answer.ToolCalls.Select(call => ItemReader.Read(Encoding.UTF8.GetBytes(
                $$"""{"type":"function_call","call_id":"{{call.Id}}","name":"{{call.Name}}","argument"""
                    + $$"""s":{{System.Text.Json.Nodes.JsonValue.Create(call.Arguments)!.ToJsonString()}}}"""))).ToArray();
            answer.Add(new ChatDelta(ChatDeltaKind.Output) { Items = items, ToolCalls = answer.ToolCalls });
        }
        return ToolRound.Write(ChatProtocol.For(api, model), answer, s_results, s_now).Select(item => Encoding.UTF8.GetString(item.Json.Span)).ToArray();
    }
}
