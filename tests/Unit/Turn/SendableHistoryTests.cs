using QwenChat.History;
using QwenChat.Model;
using QwenChat.Policy;
using QwenChat.Protocols;
using QwenChat.Tests.Faults;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Turn;

/// <summary>Tests histories that servers would reject unchanged, with incomplete calls, misplaced results, or later system messages.</summary>
public class SendableHistoryTests
{
    private static readonly MessageDraft s_call = new("assistant", []) { ToolCalls = [new QwenToolCall("c1", "clock", "{}")] };
    private static readonly MessageDraft s_calls =
        new("assistant", [DraftPart.OfText("Two.")]) { ToolCalls = [new QwenToolCall("c1", "clock", "{}"), new QwenToolCall("c2", "weather", "{}")] };

    private static MessageDraft Said(string role, string text) => MessageDraft.OfText(role, text);

    private static MessageDraft Result(string? id, string text) => Said("tool", text) with { ToolCallId = id };

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "user: a | call c1 clock({}) | result c1: not run | user: b | assistant: c | user: Now")]
    [InlineData(QwenApi.DashScope, "user: a | call c1 clock({}) | result c1: not run | user: b | assistant: c | user: Now")]
    [InlineData(QwenApi.Responses, "user: a | call c1 clock({}) | result c1: not run | user: b | assistant: c | user: Now")]
    public async Task A_call_whose_result_was_removed_is_closed(QwenApi api, string sent) =>
        Assert.Equal(sent, await SendAsync(api, null, [[Said("user", "a"), s_call], [Said("user", "b"), Said("assistant", "c")]]));

    [Theory]
    [InlineData(QwenApi.ChatCompletions, "assistant: Two. | call c1 clock({}) | call c2 weather({}) | result c1: one | result c2: two")]
    [InlineData(QwenApi.Responses, "assistant: Two. | call c1 clock({}) | result c1: one | call c2 weather({}) | result c2: two")]
    public async Task Results_directly_follow_their_calls(QwenApi api, string calls)
    {
        MessageDraft[] first = [Said("user", "a"), s_calls];
        Assert.Equal($"user: a | {calls} | user: b | assistant: c | user: Now",
            await SendAsync(api, null, [first, [Result("c2", "two"), Said("user", "b"), Result("c1", "one"), Said("assistant", "c")]]));
        Assert.Equal($"user: a | {calls} | user: b | assistant: c | user: Now",
            await SendAsync(api, null, [first, [Result("", "one"), Result(null, "two"), Said("user", "b"), Said("assistant", "c")]]));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public async Task A_result_without_its_call_becomes_text(QwenApi api) =>
        Assert.Equal("user: [Result of the call c9]12 | assistant: c | user: Now", await SendAsync(api, null, [[Result("c9", "12"), Said("assistant", "c")]]));

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public async Task System_messages_at_the_beginning_are_joined(QwenApi api)
    {
        MessageDraft[] turn = [Said("system", "One."), Said("developer", "Two."), Said("user", "a"), Said("assistant", "c")];
        Assert.Equal("system: Mine.\n\nOne.\n\nTwo. | user: a | assistant: c | user: Now", await SendAsync(api, "Mine.", [turn]));
        Assert.Equal("system: One.\n\nTwo. | user: a | assistant: c | user: Now", await SendAsync(api, null, [turn]));
        Assert.Equal("system: One. | user: a | assistant: c | user: Now", await SendAsync(api, null, [[turn[0], .. turn[2..]]]));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public async Task A_later_system_message_causes_a_warning(QwenApi api)
    {
        var turn = new OddTurn(api, stream: false);
        await turn.SendAsync(new OddAnswer { Text = ["c"] }.Write(api, stream: false));
        var notices = new NoticeQueue();
        await ConversationEdit.AddAsync(turn.Conversation, [Said("system", "New rule.")], default, notices: notices);
        Assert.Contains("Qwen3.5", Assert.Single(Taken(notices)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_in_an_answer_is_sent_back_as_text()
    {
        var image = new MessageDraft("assistant", [new DraftPart("image", "https://example.org/cat.png")]);
        foreach (var api in new[] { QwenApi.ChatCompletions, QwenApi.DashScope, QwenApi.Responses })
            Assert.Equal("user: a | assistant: [image: https://example.org/cat.png] | user: Now", await SendAsync(api, null, [[Said("user", "a"), image]]));
    }

    [Fact]
    public void Valid_items_remain_the_same_objects()
    {
        var protocol = ChatProtocol.For(QwenApi.ChatCompletions, "qwen-plus");
        var path = Path(protocol, [[Said("user", "a"), s_calls], [Result("c1", "one"), Result("c2", "two"), Said("assistant", "c")]]);
        var plan = new TurnPlan(SelectedContext.Whole, new HistorySlice(path, 0), null, false);
        QwenItem[] input = [.. protocol.WriteMessage(Said("user", "Now"), default)];
        var history = SendableHistory.Of(path, plan, input, null, QwenApi.ChatCompletions, "qwen-plus");
        Assert.Equal((path, input), (history.Path, history.Input));
        Assert.Equal((0, false, null), (history.NotRun, history.HasLateSystemMessage, history.Instructions));
    }

    private static IEnumerable<Notice> Taken(NoticeQueue notices)
    {
        while (notices.TryTake(out var notice))
            yield return notice;
    }

    private static async Task<string> SendAsync(QwenApi api, string? instructions, MessageDraft[][] turns)
    {
        var turn = new OddTurn(api, stream: false, options: new QwenOptions { Instructions = instructions });
        turn.Conversation.MoveTo(Path(ChatProtocol.For(api, "qwen-plus"), turns));
        string sent = await turn.NextAsync("Now");
        Assert.Equal(sent + " | assistant: Fine. | user: Again", await turn.NextAsync("Again"));
        return sent;
    }

    private static TurnPath Path(IChatProtocol protocol, MessageDraft[][] turns)
    {
        var path = new TurnPath();
        foreach (var drafts in turns)
        {
            var items = drafts.SelectMany(draft => protocol.WriteMessage(draft, default)).ToArray();
            int inputs = drafts.TakeWhile(draft => draft.Role != "assistant").Sum(draft => protocol.WriteMessage(draft, default).Count);
            path = path.Append(new QwenTurn(path.Count + 1, items, inputs));
        }
        return path;
    }
}
