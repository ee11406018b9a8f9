using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests the tools, calls and results of the emulated model, with each API.</summary>
public sealed class ToolUseTests
{
    private const string Question = """{"role":"user","content":"Hi"}""";
    private static readonly QwenEmulatorReply s_two =
        new("Wait.") { ToolCalls = [new QwenToolCall("", "weather", """{"city":"Rom"}"""), new QwenToolCall("", "time", "{}")] };

    public static TheoryData<string> Apis => ["ChatCompletions", "DashScope", "Responses", "Conversations"];

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_reply_function_receives_the_same_tools_calls_and_results_with_each_API(string api)
    {
        QwenEmulatorPrompt? seen = null;
        using var client = new ToolClient(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                seen = prompt;
                return "Yes.";
            },
        });
        await client.AskAsync(api, ToolClient.History(api, """{"city":"Rom"}"""), $",\"tools\":[{ToolClient.Tool(api, "weather")}],\"tool_choice\":\"none\"");
        Assert.Equal([new QwenEmulatorTool("weather", "Weather.", ToolClient.Schema)], seen!.Tools);
        Assert.Equal("none", seen.ToolChoice);
        Assert.Equal([("user", "Hi", null), ("assistant", "", null), ("tool", "Sunny", "c1")],
            seen.Messages.Select(message => (message.Role, message.Text, message.ToolCallId)));
        Assert.Equal([new QwenToolCall("c1", "weather", """{"city":"Rom"}""")], seen.Messages[1].ToolCalls);
    }

    [Theory]
    [InlineData("ChatCompletions", false, 1)]
    [InlineData("ChatCompletions", true, 2)]
    [InlineData("DashScope", false, 1)]
    [InlineData("DashScope", true, 2)]
    [InlineData("Responses", false, 2)]
    [InlineData("Conversations", true, 2)]
    public async Task Only_the_first_call_is_returned_without_parallel_calls(string api, bool parallel, int expected)
    {
        using var client = new ToolClient(new QwenEmulatorOptions { Replies = [s_two] });
        string options = $",\"tools\":[{ToolClient.Tool(api, "weather")},{ToolClient.Tool(api, "time")}]" + (parallel ? ",\"parallel_tool_calls\":true" : "");
        var answer = await client.AskAsync(api, Question, options);
        var calls = ToolClient.Calls(api, answer);
        Assert.Equal(new[] { ("call_1", "weather", """{"city":"Rom"}"""), ("call_2", "time", "{}") }.Take(expected), calls);
        Assert.Equal(("Wait.", ToolClient.IsFlat(api) ? "completed" : "tool_calls"), (ToolClient.Text(api, answer), ToolClient.End(api, answer)));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Tool_choice_none_prevents_calls(string api)
    {
        using var client = new ToolClient(new QwenEmulatorOptions { Replies = [s_two] });
        var answer = await client.AskAsync(api, Question, $",\"tools\":[{ToolClient.Tool(api, "weather")}],\"tool_choice\":\"none\"");
        Assert.Empty(ToolClient.Calls(api, answer));
        Assert.Equal(("Wait.", ToolClient.IsFlat(api) ? "completed" : "stop"), (ToolClient.Text(api, answer), ToolClient.End(api, answer)));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_forced_call_is_always_made_with_valid_arguments(string api)
    {
        using var client = new ToolClient();
        string options =
            $",\"tools\":[{ToolClient.Tool(api, "time", "{}")},{ToolClient.Tool(api, "weather")}],\"tool_choice\":{ToolClient.Forced(api, "weather")}";
        var first = await client.AskAsync(api, Question, options);
        Assert.Equal([("call_1", "weather", """{"city":"city"}""")], ToolClient.Calls(api, first));
        Assert.Equal(("", ToolClient.IsFlat(api) ? "completed" : "stop"), (ToolClient.Text(api, first), ToolClient.End(api, first)));
        var again = await client.AskAsync(api, ToolClient.History(api), options);
        Assert.Equal([("call_2", "weather", """{"city":"city"}""")], ToolClient.Calls(api, again));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_tool_can_have_the_name_of_a_tool_choice(string api)
    {
        using var client = new ToolClient();
        string options = $",\"tools\":[{ToolClient.Tool(api, "none", "{}")}],\"tool_choice\":{ToolClient.Forced(api, "none")}";
        Assert.Equal([("call_1", "none", "{}")], ToolClient.Calls(api, await client.AskAsync(api, Question, options)));
    }

    [Theory]
    [InlineData("Responses")]
    [InlineData("Conversations")]
    public async Task Tool_choice_required_calls_the_only_tool(string api)
    {
        using var client = new ToolClient();
        var answer = await client.AskAsync(api, Question, $",\"tools\":[{ToolClient.Tool(api, "weather")}],\"tool_choice\":\"required\"");
        Assert.Equal([("call_1", "weather", """{"city":"city"}""")], ToolClient.Calls(api, answer));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task The_default_answer_shows_tools_and_results(string api)
    {
        using var client = new ToolClient();
        string tools = $",\"tools\":[{ToolClient.Tool(api, "weather")},{ToolClient.Tool(api, "time")}]";
        var answer = await client.AskAsync(api, ToolClient.History(api), tools);
        Assert.Equal("You said: \"Hi\". The tool returned: \"Sunny\". I can call: weather, time. This is the beginning of our conversation.",
            ToolClient.Text(api, answer));
        Assert.Empty(ToolClient.Calls(api, answer));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Tools_are_counted_as_input(string api)
    {
        using var client = new ToolClient();
        async Task<int> Input(string options) => (await client.AskAsync(api, Question, options)).GetProperty("usage")
            .GetProperty(api == "ChatCompletions" ? "prompt_tokens" : "input_tokens").GetInt32();
        int without = await Input("");
        Assert.InRange(await Input($",\"tools\":[{ToolClient.Tool(api, "weather")}]") - without, 15, 60);
    }

    [Theory]
    [InlineData("glm-5.2", "", 0)]
    [InlineData("glm-5.2", ",\"tool_stream\":true", 1)]
    [InlineData("glm-5.3", "", 1)]
    [InlineData("qwen-plus", "", 1)]
    public async Task Older_GLM_models_stream_calls_only_on_request(string model, string option, int expected)
    {
        using var client = new ToolClient(new QwenEmulatorOptions { Replies = [s_two with { Text = "" }] });
        var events = await client.StreamAsync("ChatCompletions", Question, $",\"tools\":[{ToolClient.Tool("ChatCompletions", "weather")}]{option}", model);
        Assert.Equal(expected, events.Count(data => data.GetRawText().Contains("\"name\":\"weather\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Native_chunks_of_a_text_model_have_an_index_and_the_last_chunk_has_the_finish_reason()
    {
        var pieces = await NativePiecesAsync("qwen-plus", Question, incremental: true);
        Assert.Equal(
            [
                ("""[{"function":{"name":"weather","arguments":"{\"city\""},"index":0,"id":"call_1","type":"function"}]""", "null"),
                ("""[{"type":"function","id":"","function":{"arguments":":\"Rom\"}"},"index":0}]""", "null"),
                ("""[{"function":{"name":"time","arguments":"{"},"index":1,"id":"call_2","type":"function"}]""", "null"),
                ("""[{"type":"function","id":"","function":{"arguments":"}"},"index":1}]""", "tool_calls"),
            ], pieces);
    }

    [Fact]
    public async Task Native_chunks_of_a_multimodal_model_have_no_index()
    {
        var pieces = await NativePiecesAsync("qwen3.6-plus", """{"role":"user","content":[{"text":"Hi"}]}""", incremental: true);
        Assert.Equal(
            [
                ("""[{"function":{"name":"weather","arguments":"{\"city\""},"id":"call_1","type":"function"}]""", "null"),
                ("""[{"type":"function","id":"","function":{"arguments":":\"Rom\"}"}}]""", "null"),
                ("""[{"function":{"name":"time","arguments":"{"},"id":"call_2","type":"function"}]""", "null"),
                ("""[{"type":"function","id":"","function":{"arguments":"}"}}]""", "tool_calls"),
            ], pieces);
    }

    [Fact]
    public async Task Native_events_that_are_not_incremental_repeat_the_calls()
    {
        var pieces = await NativePiecesAsync("qwen-plus", Question, incremental: false);
        Assert.Equal(4, pieces.Count);
        Assert.Equal((
            """[{"function":{"name":"weather","arguments":"{\"city\":\"Rom\"}"},"index":0,"id":"call_1","type":"function"},"""
                + """{"function":{"name":"time","arguments":"{}"},"index":1,"id":"call_2","type":"function"}]""",
            "tool_calls"), pieces[3]);
    }

    [Fact]
    public async Task A_response_streams_a_call_as_a_whole_item()
    {
        using var client = new ToolClient(new QwenEmulatorOptions { Replies = [s_two with { Text = "" }] });
        var events = await client.StreamAsync("Responses", Question, $",\"tools\":[{ToolClient.Tool("Responses", "weather")}]");
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.output_item.done",
                "response.output_item.added", "response.output_item.done", "response.completed",
            ], events.Select(data => data.GetProperty("type").GetString()));
        var call = events[3].GetProperty("item");
        Assert.Equal(("function_call", "call_1", "weather", """{"city":"Rom"}""", "completed"),
            (call.GetProperty("type").GetString(), call.GetProperty("call_id").GetString(),
            call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString(), call.GetProperty("status").GetString()));
        Assert.Equal(["call_1", "call_2"], events[6].GetProperty("response").GetProperty("output").EnumerateArray()
            .Select(item => item.GetProperty("call_id").GetString()));
    }

    private static async Task<IReadOnlyList<(string Calls, string? End)>> NativePiecesAsync(string model, string question, bool incremental)
    {
        using var client = new ToolClient(new QwenEmulatorOptions { Replies = [s_two with { Text = "" }] });
        string options = $",\"tools\":[{ToolClient.Tool("DashScope", "weather")}],\"parallel_tool_calls\":true,\"enable_thinking\":false"
            + $",\"incremental_output\":{(incremental ? "true" : "false")}";
        var events = await client.StreamAsync("DashScope", question, options, model);
        return events.Select(data => data.GetProperty("output").GetProperty("choices")[0])
            .Where(choice => choice.GetProperty("message").TryGetProperty("tool_calls", out _))
            .Select(choice => (choice.GetProperty("message").GetProperty("tool_calls").GetRawText(), choice.GetProperty("finish_reason").GetString()))
            .ToArray();
    }
}
