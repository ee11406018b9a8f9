using QwenChat.Export;
using QwenChat.History;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests that a turn with tool calls stays a single turn with each API, regardless of the number of rounds.</summary>
public sealed class ToolTurnTests : ToolTurnBed
{
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_call_is_run_and_the_model_answers_with_its_result(QwenApi api, bool stream)
    {
        var conversation = New(api);
        await SendAsync(conversation, Request("Hello", stream));
        Script(Calling(("c1", "weather", """{"city":"Rom"}""")), "It is warm.");

        var reply = await SendAsync(conversation, Request("How is it in Rom?", stream));

        Assert.Equal(("It is warm.", QwenReplyState.Completed), (reply.Text, reply.State));
        var call = Assert.Single(reply.ToolCalls);
        Assert.Equal(("c1", "weather", """{"city":"Rom"}""", """weather says {"city":"Rom"}""", null),
            (call.Id, call.Name, call.Arguments, call.Result, call.Error));
        Assert.Equal(2, conversation.Turns.Count);
        Assert.Equal(("How is it in Rom?", "It is warm."), (conversation.Turns[1].Message, conversation.Turns[1].Text));
        Assert.Equal(["user: Hello", "assistant: After 1.", "user: How is it in Rom?", "assistant: ", "tool c1: weather says {\"city\":\"Rom\"}"],
            Prompts[^1].Messages.Select(Describe));
        Assert.Equal((2, 2), (conversation.Turns[1].Requests.Count, Emulator.Requests.Count(request => request.Method == "POST" && IsTurn(request.Path)) - 1));
        Assert.Equal(conversation.Turns[1].Requests.Sum(usage => usage.InputTokens), reply.Usage!.InputTokens);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Parallel_and_chained_calls_are_one_turn(QwenApi api, bool stream)
    {
        var conversation = New(api);
        Script(
            Calling(("c1", "weather", """{"city":"Rom"}"""), ("c2", "time", "{}")), Calling(("c3", "weather", """{"city":"Oslo"}""")),
            Calling(("c4", "time", "{}")), "Done.");

        var reply = await SendAsync(conversation, Request("Compare", stream));

        Assert.Equal(["c1", "c2", "c3", "c4"], reply.ToolCalls.Select(call => call.Id));
        Assert.Equal(("Done.", 1, 4), (reply.Text, conversation.Turns.Count, conversation.Turns[0].Requests.Count));
        Assert.Equal(["c1", "c2", "c3", "c4"], Prompts[^1].Messages.Where(message => message.Role == "tool").Select(message => message.ToolCallId));

        await SendAsync(conversation, Request("And now?", stream));
        Assert.Equal(["Compare", "Done.", "And now?"], Prompts[^1].Messages.Where(message => message.Role != "tool" && message.Text.Length > 0)
            .Select(message => message.Text));
        Assert.Equal(2, conversation.Turns.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_error_of_a_tool_is_sent_to_the_model(QwenApi api, bool stream)
    {
        Tool = _ => "!No such city.";
        Script(Calling(("c1", "weather", "{}")), "I do not know it.");
        var reply = await SendAsync(New(api), Request("Weather?", stream));
        Assert.Equal(("I do not know it.", "No such city.", null), (reply.Text, reply.ToolCalls[0].Error, reply.ToolCalls[0].Result));
        Assert.Equal("No such city.", Prompts[^1].Messages[^1].Text);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_call_with_truncated_arguments_also_gets_a_result(QwenApi api, bool stream)
    {
        Tool = _ => "!The arguments are cut off.";
        Script(Calling(("c1", "weather", """{"city":"Ro""")), "Once more: Rom.");
        var conversation = New(api);
        Assert.Equal("Once more: Rom.", (await SendAsync(conversation, Request("Weather?", stream))).Text);
        Assert.StartsWith("After", (await SendAsync(conversation, Request("Next", stream))).Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Rounds_have_a_limit(QwenApi api, bool stream)
    {
        var conversation = New(api);
        Script(Calling(("c1", "time", "{}")), Calling(("c2", "time", "{}")), Calling(("c3", "time", "{}")));
        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, Request("Loop", stream, rounds: 2)));
        Assert.Equal(QwenErrorKind.ToolRounds, failure.Kind);
        Assert.Equal(["c1", "c2"], failure.PartialReply!.ToolCalls.Select(call => call.Id));
        Assert.Contains("2 tool calls of this message ran: time (2 times).", failure.Message, StringComparison.Ordinal);
        Assert.Empty(conversation.Turns);
        Assert.Equal("After 1.", (await SendAsync(conversation, Request("Again", stream))).Text);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Three_failing_rounds_in_a_row_end_the_turn(QwenApi api, bool stream)
    {
        Tool = _ => "!Broken.";
        var conversation = New(api);
        Script(Calling(("c1", "time", "{}")), Calling(("c2", "time", "{}")), Calling(("c3", "time", "{}")));
        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, Request("Loop", stream)));
        Assert.Equal(QwenErrorKind.ToolFailed, failure.Kind);
        Assert.Contains("Broken.", failure.Message, StringComparison.Ordinal);
        Assert.Empty(conversation.Turns);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_error_of_a_later_round_contains_the_calls_that_ran(QwenApi api, bool stream)
    {
        var conversation = New(api);
        await SendAsync(conversation, Request("Hello", stream));
        Script(Calling(("c1", "time", "{}")));
        Tool = call =>
        {
            Emulator.AddFault(new QwenEmulatorFault { Status = 400 });
            return "12:00";
        };
        var failure = await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, Request("Time?", stream)));
        Assert.Equal(("c1", "12:00"), (failure.PartialReply!.ToolCalls[0].Id, failure.PartialReply.ToolCalls[0].Result));
        Assert.Contains("1 tool call of this message ran: time.", failure.Message, StringComparison.Ordinal);
        Assert.Single(conversation.Turns);
        Emulator.ClearFaults();
        Assert.Equal("After 3.", (await SendAsync(conversation, Request("Again", stream))).Text);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Calls_without_an_implementation_end_the_turn(QwenApi api, bool stream)
    {
        Script(Calling(("c1", "time", "{}")));
        var conversation = New(api);
        var reply = await SendAsync(conversation, Request("Time?", stream, rounds: 0));
        Assert.Equal(("c1", null, null), (reply.ToolCalls[0].Id, reply.ToolCalls[0].Result, reply.ToolCalls[0].Error));
        Assert.Single(conversation.Turns);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_conversation_object_contains_the_message_and_the_answer(bool stream)
    {
        var conversation = New(QwenApi.Conversations);
        await SendAsync(conversation, Request("Hello", stream));
        Script(Calling(("c1", "time", "{}")), "Noon.");
        await SendAsync(conversation, Request("Time?", stream));
        Assert.Equal(["user: Hello", "assistant: After 1.", "user: Time?", "assistant: Noon."], await AtServiceAsync(conversation));

        await ConversationEdit.UndoAsync(conversation, 1, default);
        Assert.Equal(["user: Hello", "assistant: After 1."], await AtServiceAsync(conversation));
        Assert.Equal("After 3.", (await SendAsync(conversation, Request("Now?", stream) with { Tools = [] })).Text);
    }

    [Fact]
    public async Task If_a_conversation_object_cannot_be_written_the_turn_is_added_before_the_next_turn()
    {
        var conversation = New(QwenApi.Conversations);
        await SendAsync(conversation, Request("Hello"));
        Script(Calling(("c1", "time", "{}")), "Noon.");
        Tool = _ =>
        {
            Emulator.AddFault(new QwenEmulatorFault { Path = "/items", Status = 400 });
            return "12";
        };
        Assert.Equal("Noon.", (await SendAsync(conversation, Request("Time?"))).Text);
        Assert.Equal(2, (await AtServiceAsync(conversation)).Length);
        Emulator.ClearFaults();
        await SendAsync(conversation, Request("Next") with { Tools = [] });
        Assert.Equal(["Hello", "After 1.", "Time?", "Noon.", "Next"], Prompts[^1].Messages.Select(message => message.Text));
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public async Task Calls_keep_their_results_in_a_copy_for_another_API(QwenApi from, QwenApi to)
    {
        var conversation = New(from);
        Script(Calling(("c1", "weather", """{"city":"Rom"}"""), ("c2", "time", "{}")), "Warm.");
        await SendAsync(conversation, Request("How is it?"));
        var copy = ConversationEdit.Copy(conversation, conversation.Path, true, to, Notices);
        await SendAsync(copy, Request("Next"));
        string text = string.Join(" | ", Prompts[^1].Messages.Select(message => message.Text));
        Assert.Contains("weather says", text, StringComparison.Ordinal);
        Assert.Contains("time says", text, StringComparison.Ordinal);
        Assert.EndsWith("Next", text, StringComparison.Ordinal);
    }

    public static TheoryData<QwenApi, QwenApi> Moves
    {
        get
        {
            var moves = new TheoryData<QwenApi, QwenApi>();
            foreach (var from in Enum.GetValues<QwenApi>())
            {
                foreach (var to in Enum.GetValues<QwenApi>())
                    moves.Add(from, to);
            }
            return moves;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_file_contains_the_whole_turn(QwenApi api, bool stream)
    {
        var conversation = New(api);
        Script(Calling(("c1", "time", "{}")), "Noon.");
        await SendAsync(conversation, Request("Time?", stream));
        using var file = new MemoryStream();
        ConversationFile.Write(file, ConversationFileContent.Of(conversation), DateTimeOffset.UtcNow);
        var copy = ConversationFile.Read(file.ToArray(), "a.json", new QwenOptions(), DateTimeOffset.UtcNow, Notices).Restore(conversation.Connection);
        Assert.Equal(conversation.Turns[0].Items.Select(item => item.Type), copy.Turns[0].Items.Select(item => item.Type));
        Assert.Equal(conversation.Turns[0].Requests, copy.Turns[0].Requests);
        Assert.Equal(("Noon.", conversation.Turns[0].Usage), (copy.Turns[0].Text, copy.Turns[0].Usage));
    }

    private static bool IsTurn(string path) =>
        path.EndsWith("/responses", StringComparison.Ordinal) || path.EndsWith("/completions", StringComparison.Ordinal)
        || path.EndsWith("/generation", StringComparison.Ordinal);

    private static string Describe(QwenEmulatorMessage message) =>
        $"{message.Role}{(message.ToolCallId is { } id ? " " + id : "")}: {message.Text}";
}
