using System.Text;
using QwenChat.Export;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Export;

public class MessagesFileTests
{
    [Theory]
    [InlineData("""[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."}]""")]
    [InlineData("""{"model":"gpt-x","messages":[{"role":"developer","content":[{"type":"text","text":"Be brief."}]},{"role":"user","content":"Hi"},"""
        + """{"role":"assistant","content":"Hello.","refusal":null}]}""")]
    public void A_transcript_becomes_turns(string json)
    {
        var conversation = Sample.Read(json).Restore(Sample.Connection);
        Assert.Equal((QwenApi.ChatCompletions, "qwen-flash", "Be brief."), (conversation.ApiKind, conversation.Model, conversation.Instructions));
        var turn = Assert.Single(conversation.Turns);
        Assert.Equal(("Hi", "Hello.", 1), (turn.Message, turn.Text, turn.Number));
        Assert.Equal("""{"role":"assistant","content":"Hello."}""", Encoding.UTF8.GetString(turn.Items[1].Json.Span));
    }

    [Fact]
    public void Tool_calls_and_thinking_keep_their_position()
    {
        var record = Sample.Read("""
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","content":null,"reasoning_content":"Ask.",
              "tool_calls":[{"id":"c1","type":"function","function":{"name":"w","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"rain"},
             {"role":"assistant","content":"Rain."},
             {"role":"user","content":"And tomorrow?"}]
            """);
        Assert.Equal(["user reasoning assistant", "tool assistant"],
            record.Turns.Select(turn => string.Join(' ', turn.Items.Select(item => item.Role ?? item.Type))));
        Assert.Equal("Ask.", record.Turns[0].Thinking);
        Assert.Equal("And tomorrow?", Assert.Single(record.State.Pending).Text);
    }

    [Fact]
    public void A_model_in_the_catalog_is_used() =>
        Assert.Equal("qwen-max", Sample.Read("""{"model":"qwen-max","messages":[]}""").Head.Settings.Options.Model);

    [Fact]
    public void Media_are_imported_and_unsupported_parts_are_reported()
    {
        var notices = new NoticeQueue();
        byte[] json =
            """[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"odd","odd":1}]}]"""u8.ToArray();
        var record = ConversationFile.Read(json, "a.json", new QwenOptions { Model = "m" }, Sample.Now, notices);
        Assert.Equal("data:image/png;base64,AA==", Assert.Single(record.State.Pending[0].Content).Url);
        Assert.True(notices.TryTake(out var notice));
        Assert.StartsWith("Omitted 1 message part,", notice.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"role":"assistant","content":null,"refusal":"No."}]""", "refusal (1 time)")]
    [InlineData("""{"model":"gpt-x","temperature":0.2,"tools":[{}],"messages":[{"role":"user","name":"ada","content":"a","weight":0},"""
        + """{"role":"user","name":"bo","content":"b"}]}""",
        "model (1 time), name (2 times), temperature (1 time), tools (1 time), weight (1 time)")]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},"""
        + """{"type":"image_url","image_url":{"url":"https://x/a.png","detail":"low"}}]}]""", "cache_control (1 time), detail (1 time)")]
    [InlineData("""[{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}","strict":true}}]}]""",
        "strict (1 time)")]
    [InlineData("""[{"type":"message","id":"m1","status":"completed","role":"user","content":"a"}]""", "id (1 time), status (1 time)")]
    public void Every_field_that_is_not_carried_over_is_counted(string json, string expected)
    {
        var notices = new NoticeQueue();
        ConversationFile.Read(Encoding.UTF8.GetBytes(json), "a.json", new QwenOptions { Model = "m" }, Sample.Now, notices);
        Assert.True(notices.TryTake(out var notice));
        Assert.StartsWith($"These fields of 'a.json' were not imported: {expected}. ", notice.Text, StringComparison.Ordinal);
        Assert.False(notices.TryTake(out _));
    }

    [Fact]
    public void Fields_without_a_value_are_not_counted()
    {
        var notices = new NoticeQueue();
        byte[] json = """
            {"model":"qwen-max","tools":[],"messages":[{"role":"assistant","content":"b","refusal":null,"annotations":[],"audio":null,
             "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{"tz":"UTC"}}}],"name":""}]}
            """u8.ToArray();
        ConversationFile.Read(json, "a.json", new QwenOptions { Model = "m" }, Sample.Now, notices);
        Assert.False(notices.TryTake(out _));
    }

    [Theory]
    [InlineData("[1]", "[0] is a number")]
    [InlineData("""[{"content":"x"}]""", "[0] has no role")]
    [InlineData("""[{"role":"robot","content":"x"}]""", "[0].role is 'robot'")]
    [InlineData("""[{"role":1}]""", "[0].role is a number")]
    [InlineData("""[{"role":"user","content":{}}]""", "[0].content must be a string")]
    [InlineData("""[{"role":"tool","content":"x"}]""", "without tool_call_id")]
    [InlineData("""{"messages":{}}""", "is an object")]
    public void Errors_name_their_position(string json, string expected) =>
        Assert.Contains(expected, Sample.Refusal(() => Sample.Read(json)), StringComparison.Ordinal);

    [Fact]
    public void A_message_at_the_depth_limit_does_not_crash()
    {
        string deep = $$"""[{"role":"user","content":"x","more":{{new string('[', 66)}}{{new string(']', 66)}}}]""";
        Assert.Contains("too deeply nested", Sample.Refusal(() => Sample.Read(deep)), StringComparison.Ordinal);
    }
}
