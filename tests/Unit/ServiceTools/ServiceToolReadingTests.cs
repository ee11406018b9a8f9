using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QwenChat.Protocols;
using QwenChat.Protocols.Messages;
using QwenChat.Protocols.Responses;
using QwenChat.Streaming;
using QwenChat.Tests.Protocols;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.ServiceTools;

/// <summary>Tests reading all fields of service tool calls in the formats of each API (wire §16), streamed and not.</summary>
public sealed class ServiceToolReadingTests
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Output items in their documented forms, the states in the events, and the expected calls.</summary>
    public static TheoryData<string> Samples =>
        [.. System.Text.Encoding.UTF8.GetString(TestFiles.Sample("16-service-tools.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_call_in_a_response_is_read(string sample)
    {
        var (item, _, expected) = ReadSample(sample);
        Check(Replay.Body(new ResponsesProtocol(), Response(item)), item, expected);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_call_in_a_stream_of_events_is_read(string sample)
    {
        var (item, states, expected) = ReadSample(sample);
        using var document = JsonDocument.Parse(item);
        string type = document.RootElement.GetProperty("type").GetString()!;
        string added = $$"""{"item":{"id":"msg_1","type":"{{type}}","status":"in_progress"},"output_index":0,"type":"response.output_item.added"}""";
        string arguments = type == "mcp_call"
            ? Event("""{"delta":"{}","output_index":0,"type":"response.mcp_call_arguments.delta","item_id":"msg_1"}""")
                + Event("""{"arguments":"{}","output_index":0,"type":"response.mcp_call_arguments.done","item_id":"msg_1"}""") : "";
        string between = string.Concat(states.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(state => Event($$"""{"output_index":0,"type":"response.{{type}}.{{state}}","item_id":"msg_1"}""")));
        string done = $$"""{"item":{{item}},"output_index":0,"type":"response.output_item.done"}""";
        string message = """{"content_index":0,"delta":"Done.","item_id":"msg_2","output_index":1,"type":"response.output_text.delta"}""";
        string completed = """{"type":"response.completed","response":""" + Response(item) + "}";
        string stream = Event(added) + arguments + between + Event(done) + Event(message) + Event(completed);
        Check(Replay.Stream(new ResponsesProtocol(), stream), item, expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Code_from_DashScope_is_read(bool streamed)
    {
        const string info = """ "tool_info":[{"code_interpreter":{"code":"123**21"},"type":"code_interpreter"}] """;
        const string usage = """{"input_tokens":1,"output_tokens":2,"plugins":{"code_interpreter":{"count":1}}}""";
        var (items, counted) = Native(streamed, info, """ "tool_info":[] """, usage);
        Assert.Equal(["message", "tool_info"], items.Select(item => item.Type));
        Assert.Equal("""[{"Kind":"CodeInterpreter","Code":"123**21","Sources":[],"Files":[],"Images":[]}]""",
            JsonSerializer.Serialize(items.SelectMany(ServiceToolItems.Read), s_json));
        Assert.Equal(new QwenUsage { InputTokens = 1, OutputTokens = 2, Tools = new QwenToolUsage { CodeInterpreter = 1 } }, counted);
        Assert.False(items[1].IsAlwaysSent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_search_from_DashScope_is_read(bool streamed)
    {
        const string page = """{"icon":"","site_name":"eastday","index":2,"title":"T","url":"https://e.example/1"}""";
        const string usage = """{"total_tokens":710,"output_tokens":1,"input_tokens":709,"plugins":{"search":{"count":1,"strategy":"standard"}}}""";
        var (items, counted) = Native(streamed, $$$""" "search_info":{"search_results":[{{{page}}}]} """,
            """ "search_info":{"extra_tool_info":[],"search_results":[]} """, usage);
        Assert.Equal(["message", "search_info"], items.Select(item => item.Type));
        Assert.Equal(
            """[{"Kind":"WebSearch","Sources":[{"Index":2,"Title":"T","Url":"https://e.example/1","SiteName":"eastday"}],"Files":[],"Images":[]}]""",
            JsonSerializer.Serialize(items.SelectMany(ServiceToolItems.Read), s_json));
        Assert.Equal(new QwenToolUsage { WebSearch = 1 }, counted!.Tools);
        Assert.False(items[1].IsAlwaysSent);
    }

    [Theory]
    [InlineData("""{"x_tools":{"web_extractor":{"count":1},"web_search":{"count":2}},"input_tokens":3}""", "2 web searches, 1 page read")]
    [InlineData("""{"x_details":[{"plugins":{"web_search":{"count":4}}}],"input_tokens":3}""", "4 web searches")]
    [InlineData("""{"x_tools":{"web_search":{"count":1}},"x_details":[{"plugins":{"web_search":{"count":1}}}]}""", "1 web search")]
    [InlineData("""{"x_tools":{"pdf_page_parser":{"count":12,"strategy":"a"},"web_search_image":{"count":1},"image_search":{"count":2}}}""",
        "3 image searches, 12 PDF pages")]
    [InlineData("""{"x_tools":{"mcp":{"count":1},"file_search":{"count":1},"other":{"count":9}}}""", "1 file search, 1 MCP call")]
    [InlineData("""{"plugins":{"search":{"count":-1}},"x_tools":[],"input_tokens":3}""", "")]
    public void Counts_in_the_usage_are_read(string usage, string expected)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes("""{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":""" + usage + "}");
        Assert.Equal(expected, Replay.Body(new ChatCompletionsProtocol(), body).Usage!.Tools?.ToString() ?? "");
    }

    [Theory]
    [InlineData("""{"type":"file_search_call","queries":7,"results":[1,{"score":"x","file_id":{}}]}""", "FileSearch → 2 files")]
    [InlineData("""{"type":"web_search_call","action":"x"}""", "WebSearch")]
    [InlineData("""{"type":"code_interpreter_call","code":["x"],"outputs":{}}""", "CodeInterpreter")]
    [InlineData("""{"type":"image_search_call","arguments":"{","output":"[1"}""", "ImageSearch → [1")]
    [InlineData("""{"type":"computer_call","output":"x"}""", "computer → x")]
    [InlineData("""{"tool_info":[{"type":"code_interpreter","code_interpreter":{"code":"\ud800"}}]}""", "CodeInterpreter")]
    [InlineData("""{"tool_info":{"a":1}}""", "")]
    public void A_field_in_a_different_form_counts_as_missing(string json, string expected)
    {
        var item = json.StartsWith("{\"tool", StringComparison.Ordinal) ? new QwenItem(System.Text.Encoding.UTF8.GetBytes(json), null, "tool_info", null)
            : ItemReader.Read(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Equal(expected, string.Join("|", ServiceToolItems.Read(item)));
    }

    private static void Check(ReplyBuilder answer, string item, string expected)
    {
        Assert.Equal("Done.", answer.Text);
        var kept = answer.Items[0];
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(item).RootElement, JsonDocument.Parse(kept.Json).RootElement));
        Assert.Equal(expected, JsonSerializer.Serialize(Assert.Single(ServiceToolItems.Read(kept)), s_json));
        Assert.Equal(2, answer.Items.Count);
        // Only web_search_call items are sent back, because the service documents no other kind of call as input.
        Assert.Equal(kept.Type == "web_search_call", kept.IsAlwaysSent);
    }

    private static (string Item, string States, string Call) ReadSample(string sample)
    {
        using var document = JsonDocument.Parse(sample);
        var root = document.RootElement;
        return (root.GetProperty("item").GetRawText(), root.GetProperty("states").GetString()!, root.GetProperty("call").GetRawText());
    }

    private static string Response(string item) => """{"id":"resp_1","status":"completed","output":[""" + item
        + """,{"type":"message","id":"msg_2","role":"assistant","content":[{"type":"output_text","text":"Done."}]}]}""";

    private static string Event(string data) => $"data:{data}\n\n";

    /// <summary>Creates a native answer. In a stream, the first event contains the tools' results, and the last event contains empty results.</summary>
    private static (IReadOnlyList<QwenItem> Items, QwenUsage? Usage) Native(bool streamed, string info, string empty, string usage)
    {
        var protocol = new DashScopeProtocol(multimodal: false);
        string End(string told) => """{"output":{"choices":[{"message":{"content":"Done.","role":"assistant"},"finish_reason":"stop"}],"""
            + told + "},\"usage\":" + usage + ",\"request_id\":\"r\"}";
        string begin = """{"output":{"choices":[{"message":{"content":"","role":"assistant"},"finish_reason":"null"}],""" + info + "},\"request_id\":\"r\"}";
        var answer = streamed ? Replay.Stream(protocol, Event(begin) + Event(End(empty))) : Replay.Body(protocol, End(info));
        return (protocol.WriteAnswer(answer, default), answer.Usage);
    }
}
