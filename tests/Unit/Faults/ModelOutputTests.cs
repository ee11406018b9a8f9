using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests unusual answers of models and servers with all APIs: every field of the reply, and the body of the next request.</summary>
public sealed class ModelOutputTests(ITestOutputHelper output) : IDisposable
{
    private int _cases;

    public static TheoryData<QwenApi, bool> Everywhere => FaultCases.Everywhere;

    public static TheoryData<QwenApi, bool> Streams => FaultCases.Streams;

    private static bool KeepsHistory(QwenApi api) => api == QwenApi.Conversations;

    private static bool HasCallItems(QwenApi api) => api is QwenApi.Responses or QwenApi.Conversations;

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Snapshots_are_not_added_up(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        var answer = new OddAnswer { Text = ["Red", ", green", " and blue", "."], Thinking = ["Three ", "colours", "!"], AreSnapshots = true };
        var reply = await turn.SendAsync(answer.Write(api, stream));
        Check(reply, "Red, green and blue.", "Three colours!", items: "reasoning message");
        Assert.Equal(KeepsHistory(api) ? "user: Next" : "user: Hi | assistant: Red, green and blue. | user: Next", await turn.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_repetition_is_not_a_snapshot(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        Check(await turn.SendAsync(new OddAnswer { Text = ["ha", "ha"] }.Write(api, stream)), "haha", "", items: "message");
        Assert.Equal("haha", turn.Streamed[QwenReplyDeltaKind.Text]);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Thinking_between_tags_is_thinking(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        var reply = await turn.SendAsync(new OddAnswer { Text = ["<th", "ink>\nhm", ", hm\n</thi", "nk>\n", "\nLisbon."] }.Write(api, stream));
        Check(reply, "Lisbon.", "hm, hm", items: "reasoning message");
        if (stream)
            Assert.Equal(("hm, hm", "Lisbon."), (turn.Streamed[QwenReplyDeltaKind.Thinking], turn.Streamed[QwenReplyDeltaKind.Text]));
        Assert.Equal(KeepsHistory(api) ? "user: Next" : "user: Hi | assistant: Lisbon. | user: Next", await turn.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task A_tag_within_the_text_is_text(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        const string text = "Use it so:\n```\n<think>hm</think>\n```";
        Check(await turn.SendAsync(new OddAnswer { Text = [text] }.Write(api, stream)), text, "", items: "message");
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task An_unknown_finish_reason_is_incomplete(QwenApi api, bool stream)
    {
        foreach (string reason in new[] { "length", "abort", "error", "network_error", "sensitive", "content_filter", "insufficient_system_resource",
            "max_tokens", "whatever", "ABORT" })
        {
            var turn = new OddTurn(api, stream);
            Check(await turn.SendAsync(new OddAnswer { Text = ["Step 1"], Finish = reason }.Write(api, stream)), "Step 1", "", items: "message",
                finish: reason);
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task A_truncated_call_is_shown_but_not_sent_back(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream, stateless: false);
        var answer = new OddAnswer { Text = ["Writing."], Calls = [("c1", "write", "{\"path\":\"a.txt\",\"text\":\"once")], Finish = "length" };
        var reply = await turn.SendAsync(answer.Write(api, stream));
        Check(reply, "Writing.", "", items: HasCallItems(api)
            ? "message function_call" : "message", finish: "length", calls: "c1 write({\"path\":\"a.txt\",\"text\":\"once)");
        Assert.Equal(KeepsHistory(api) ? "result c1: not run | user: Next" : "user: Hi | assistant: Writing. | user: Next", await turn.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task A_call_without_a_result_counts_as_not_run(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        var answer = new OddAnswer { Calls = [("c1", "clock", ""), ("c2", "weather", "{\"city\":\"Oslo\"}}")], Finish = "stop" };
        var reply = await turn.SendAsync(answer.Write(api, stream));
        Check(reply, "", "", items: HasCallItems(api) ? "function_call function_call" : "message", calls: "c1 clock({}), c2 weather({\"city\":\"Oslo\"})");
        string sent = await turn.NextAsync();
        Assert.Equal(api switch
        {
            QwenApi.Conversations => "result c1: not run | result c2: not run | user: Next",
            QwenApi.Responses => "user: Hi | call c1 clock({}) | result c1: not run | call c2 weather({\"city\":\"Oslo\"}) | result c2: not run | user: Next",
            _ => "user: Hi | call c1 clock({}) | call c2 weather({\"city\":\"Oslo\"}) | result c1: not run | result c2: not run | user: Next",
        }, sent);
        // The following request begins with the same items, unless the service keeps the history.
        Assert.StartsWith(KeepsHistory(api) ? "user" : sent, await turn.NextAsync("More"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task A_call_without_an_id_gets_an_id(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        var reply = await turn.SendAsync(new OddAnswer { Calls = [("", "clock", "{}"), ("", "clock", "{\"zone\":1}")] }.Write(api, stream));
        _cases++;
        Assert.Equal(2, reply.ToolCalls.Select(call => call.Id).Where(id => id.StartsWith("call_", StringComparison.Ordinal)).Distinct().Count());
        string sent = await turn.NextAsync();
        Assert.All(reply.ToolCalls, call => Assert.Contains($"result {call.Id}: not run", sent, StringComparison.Ordinal));
        Assert.All(reply.ToolCalls, call => Assert.Equal(!KeepsHistory(api), sent.Contains($"call {call.Id} clock", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Arguments_that_servers_cannot_parse_are_not_sent_back(QwenApi api, bool stream)
    {
        foreach (var (arguments, fit) in new[] { ("", "{}"), (" ", "{}"), ("null", "{}"), ("{\"a\":1}}", "{\"a\":1}"), ("\"{\\\"a\\\":1}\"", "{\"a\":1}"),
            ("{\"a\":", null), ("[1]", null), ("a=1", null), ("{\"a\":1}{\"b\":2}", null) })
        {
            var turn = new OddTurn(api, stream);
            var reply = await turn.SendAsync(new OddAnswer { Text = ["So."], Calls = [("c1", "clock", arguments)] }.Write(api, stream));
            Check(reply, "So.", "", items: HasCallItems(api) ? "message function_call" : "message", calls: $"c1 clock({fit ?? arguments})");
            string call = fit is null ? "" : $"call c1 clock({fit}) | ", result = fit is null ? "" : "result c1: not run | ";
            Assert.Equal(KeepsHistory(api) ? "result c1: not run | user: Next"
                : $"user: Hi | assistant: So. | {call}{result}user: Next", await turn.NextAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task A_truncated_name_is_not_a_call(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        var reply = await turn.SendAsync(
            new OddAnswer { Text = ["So."], Calls = [("c1", "clock", "{}"), ("c2", "weather", "")], Finish = "length" }.Write(api, stream));
        Check(reply, "So.", "", items: HasCallItems(api)
            ? "message function_call function_call" : "message", finish: "length", calls: "c1 clock({}), c2 weather()");
        string sent = await turn.NextAsync();
        Assert.Contains("result c1: not run", sent, StringComparison.Ordinal);
        // A conversation object already contains the truncated call c2, so the next request must contain a result for c2.
        Assert.Equal(KeepsHistory(api), sent.Contains("c2", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task The_last_chunk_may_repeat_the_answer(QwenApi api, bool stream)
    {
        var turn = new OddTurn(api, stream);
        Check(await turn.SendAsync(new OddAnswer { Text = ["Red, ", "green", " and blue.", "Red, green and blue."],
            WholeText = "Red, green and blue." }.Write(api, stream)), "Red, green and blue.", "", items: "message");
        Assert.Equal("Red, green and blue.", turn.Streamed[QwenReplyDeltaKind.Text]);
    }

    public void Dispose() => output.WriteLine($"cases: {_cases}");

    private void Check(QwenReply reply, string text, string thinking, string items, string finish = "stop", string calls = "")
    {
        _cases++;
        bool isResponses = reply.Conversation.ApiKind is QwenApi.Responses or QwenApi.Conversations;
        Assert.Equal((text, thinking), (reply.Text, reply.Thinking));
        Assert.Equal((text, thinking), (reply.Turn.Text, reply.Turn.Thinking));
        Assert.Equal(items, string.Join(" ", reply.Items.Select(item => item.Type)));
        Assert.Equal(calls, string.Join(", ", reply.ToolCalls.Select(call => $"{call.Id} {call}")));
        Assert.Equal((finish == "stop" && isResponses ? "completed" : finish, finish == "stop" ? QwenReplyState.Completed : QwenReplyState.Incomplete),
            (reply.FinishReason, reply.State));
        Assert.Equal((OddAnswer.Id, reply.Conversation.ApiKind == QwenApi.DashScope ? "qwen-plus" : OddAnswer.Model), (reply.ResponseId, reply.Model));
        Assert.Equal(new QwenUsage { InputTokens = 5, OutputTokens = 7, TotalTokens = 12 }, reply.Usage);
        Assert.Equal(reply.Conversation.ApiKind == QwenApi.DashScope ? OddAnswer.Id : null, reply.RequestId);
        Assert.Empty(reply.SearchResults);
        Assert.Null(reply.Audio);
    }
}
