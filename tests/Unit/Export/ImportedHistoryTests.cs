using System.Text;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Tests.Faults;
using Xunit;

namespace QwenChat.Tests.Export;

/// <summary>Imports an invalid transcript, moves it to each API, and tests that the next request is valid.</summary>
public class ImportedHistoryTests
{
    private const string Odd = """
        [{"role":"system","content":"One."},{"role":"developer","content":"Two."},
         {"role":"user","content":"a"},
         {"role":"assistant","content":"<think>hm</think>\n\nSure.","tool_calls":[
           {"id":"c1","type":"function","function":{"name":"clock","arguments":""}},
           {"id":"c2","type":"function","function":{"name":"write","arguments":"{\"text\":\"once"}}]},
         {"role":"user","content":"b"},
         {"role":"assistant","content":null,"function_call":{"name":"weather","arguments":"{}"}},
         {"role":"function","name":"weather","content":"rain"},
         {"role":"tool","tool_call_id":"c9","content":"lost"},
         {"role":"assistant","content":"It rains."}]
        """;

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.DashScope)]
    [InlineData(QwenApi.Responses)]
    public async Task An_invalid_transcript_is_sent_in_a_valid_form(QwenApi api)
    {
        var turn = new OddTurn(api, stream: false);
        var notices = new NoticeQueue();
        var content = Assert.Single(
            ImportFile.Read(Encoding.UTF8.GetBytes(Odd), "odd.json", isLines: false, new QwenOptions { Model = "qwen-plus" }, DateTimeOffset.UnixEpoch,
                notices));
        Assert.False(notices.TryTake(out _));
        var imported = content.Restore(turn.Conversation.Connection, "qwen-plus");
        var moved = ConversationEdit.Copy(imported, imported.Path, withPending: true, api, notices);
        turn.Conversation.MoveTo(moved.Path);
        turn.Conversation.Options = moved.Options;
        string sent = System.Text.RegularExpressions.Regex.Replace(await turn.NextAsync(), @"call_\w+", "new");
        Assert.Equal(
            "system: One.\n\nTwo. | user: a | assistant: Sure. | call c1 clock({}) | result c1: not run | user: b | call new weather({}) | result new: rain"
            + " | user: [Result of the call c9]lost | assistant: It rains. | user: Next", sent);
        Assert.Equal("hm", imported.Turns[0].Thinking);
    }
}
